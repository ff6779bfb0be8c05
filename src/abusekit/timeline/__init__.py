"""See it: everything in a case that has a time, in one order, each with how certain that time is.

`gather` reads a case into rows; `terminal`, `tables` and `html_page` each write an iterator of rows.
"""
