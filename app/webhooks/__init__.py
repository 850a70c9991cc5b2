"""What the telephone provider posts to us: checked, translated, and answered only after the commit."""

from flask import Flask

from app.webhooks.twilio import bp


def register_webhooks(app: Flask) -> None:
    """Mount the provider's addresses."""
    app.register_blueprint(bp)
