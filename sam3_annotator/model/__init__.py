"""The models behind one protocol: prompts in, masks out; knows neither Qt nor the database."""
