"""The blueprint that every page hangs on."""

from flask import Blueprint

pages = Blueprint("web", __name__, template_folder="templates")
