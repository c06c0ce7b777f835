"""What gunicorn itself says, as lines like all others: its own would quote what was sent."""

from typing import Any

import structlog
from gunicorn.glogging import Logger

from leadportal import logs


class Lines(Logger):
    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        made = logs.config(readable=False, level="INFO")["formatters"]["lines"]
        formatter = structlog.stdlib.ProcessorFormatter(
            **{name: value for name, value in made.items() if name != "()"}
        )
        for handler in self.error_log.handlers:
            handler.setFormatter(formatter)
