"""How dates and times are written where Django's own formats are not ours (FORMAT_MODULE_PATH)."""
