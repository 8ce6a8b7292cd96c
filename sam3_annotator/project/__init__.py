"""The data of a project: records, regions, the store, images and formats; knows neither Qt nor torch."""
