"""The browser as a program: found, started in its sandbox, watched, ended; and the profiles that people log in with."""
