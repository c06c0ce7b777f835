"""Roles and the two sides they work for."""

from django.db import models


class Side(models.TextChoices):
    """The departments that sign, promise and hand over."""

    MARKETING = "marketing", "Marketing"
    SALES = "sales", "Sales"

    @property
    def colour(self) -> str:
        """The class of everything on a page that is this department's."""
        return "mk" if self is Side.MARKETING else "sa"


class Role(models.TextChoices):
    MARKETING = "marketing", "Marketing"
    SALES = "sales", "Sales"
    MARKETING_MANAGER = "marketing_manager", "Marketing manager"
    SALES_MANAGER = "sales_manager", "Sales manager"
    ADMIN = "admin", "Admin"


SIDE_OF = {
    Role.MARKETING: Side.MARKETING,
    Role.MARKETING_MANAGER: Side.MARKETING,
    Role.SALES: Side.SALES,
    Role.SALES_MANAGER: Side.SALES,
}
MANAGERS = frozenset({Role.MARKETING_MANAGER, Role.SALES_MANAGER})
