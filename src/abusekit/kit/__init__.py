"""The stranger's kit: two programs and a page by which anybody checks a case without abusekit."""
