"""What the public meets."""
from .base import *

SESSION_COOKIE_SECURE = True
SECURE_HSTS_SECONDS = 60
