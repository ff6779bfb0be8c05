"""What is made of a page: picture, print, markup, text."""
