"""The checks of `verify`, each silent or with typed findings."""
