"""Chat programs whose exports are JSON, HTML or lines of text: Telegram, Discord, Slack, Skype, Signal."""
