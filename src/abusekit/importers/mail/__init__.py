"""E-mail as victims hold it: single mails, mailboxes and Outlook messages, and what their signatures prove."""
