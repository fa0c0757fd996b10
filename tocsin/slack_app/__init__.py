"""The Slack app: buttons, modals, the Home tab, the slash command and the daily digest."""
