"""The application for any WSGI server, and for ``flask --app wsgi``."""

import sys

from dotenv import load_dotenv

from app.config import SettingsInvalid
from app.factory import create_app

load_dotenv()  # a file named .env, in development; the environment wins

try:
    app = create_app()
except SettingsInvalid as problem:
    sys.exit(str(problem))
