-- Version 1 of a project file.
--
-- Ids are AUTOINCREMENT, so that none is ever given twice and undo brings a row back under its own.
-- References are checked at commit, so that the order in which a step is replayed does not matter; nothing cascades
-- and there are no triggers, because what they change would be missing from the history.

CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

INSERT INTO meta (key, value) VALUES ('history_bytes', 0); -- sum of history.byte_size

CREATE TABLE images (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    path TEXT NOT NULL,       -- relative to the folder of the project file, with '/'; absolute on another drive
    state TEXT NOT NULL,
    split TEXT
);
CREATE INDEX images_by_path ON images (path);

-- What the image files say: outside the history, hence without a reference, and kept while an added image is undone.
CREATE TABLE image_files (
    image_id INTEGER PRIMARY KEY,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    byte_size INTEGER NOT NULL,
    content_hash TEXT NOT NULL,
    problem TEXT NOT NULL
);

CREATE TABLE categories (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    color TEXT NOT NULL,
    position INTEGER NOT NULL,
    supercategory TEXT NOT NULL
);

CREATE TABLE instances (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    image_id INTEGER NOT NULL REFERENCES images (id) DEFERRABLE INITIALLY DEFERRED,
    category_id INTEGER NOT NULL REFERENCES categories (id) DEFERRABLE INITIALLY DEFERRED,
    score REAL,
    is_crowd INTEGER NOT NULL,
    provenance TEXT NOT NULL, -- JSON
    region BLOB NOT NULL      -- see regions.encode_region
);
CREATE INDEX instances_by_image ON instances (image_id);
CREATE INDEX instances_by_category ON instances (category_id);

-- The steps that can be undone (stack 'undo') or redone ('redo'); the newest id of a stack is its top.
CREATE TABLE history (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    stack TEXT NOT NULL,
    label TEXT NOT NULL,
    merge_key TEXT,
    created_at TEXT NOT NULL, -- UTC, ISO 8601
    byte_size INTEGER NOT NULL,
    changes TEXT NOT NULL,    -- JSON, see changes.encode_changes
    blobs BLOB NOT NULL
);
CREATE INDEX history_by_stack ON history (stack, id, byte_size);
