"""Files that hold files: zips, tars, single files, opened without trusting a name or a size in them."""
