"""A dozen made-up companies, the people in them, and what they do in the three weeks of the demo."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Human:
    name: str
    email: str
    role: str = "member"

    @property
    def id(self) -> str:
        return self.email.split("@", maxsplit=1)[0]


@dataclass(frozen=True)
class Deed:
    """Something that somebody did, so many days after the demo's beginning (before it, if negative)."""

    day: float
    event: str
    props: Mapping[str, Any] = field(default_factory=dict)
    by: int = 0  # which of the company's people


@dataclass(frozen=True)
class Company:
    """Its first person is the one whom it names as its contact."""

    id: str
    name: str
    plan: str
    mrr: int
    csm: str
    zone: str
    people: tuple[Human, ...]
    deeds: tuple[Deed, ...]


def _did(day: float, event: str, by: int = 0, **props: object) -> Deed:
    return Deed(day, event, props, by)


def _everywhere(event: str, *days: float, by: int = 0) -> tuple[Deed, ...]:
    return tuple(_did(day, event, by) for day in days)


COMPANIES = (
    Company(
        "northwind", "Northwind Robotics", "pro", 1900, "anna", "Europe/Berlin",
        (Human("Lena Vogt", "lena@northwind.example", "admin"), Human("Omar Haddad", "omar@northwind.example")),
        (
            _did(0.0, "signed_up"), _did(0.1, "logged_in"), _did(0.2, "setup_started"), _did(0.6, "setup_completed"),
            _did(0.7, "data_connected", source="postgres"), _did(1.0, "teammate_invited", email="omar@northwind.example"),
            _did(1.2, "logged_in", 1), _did(1.4, "report_sent", 1, to=4), _did(1.5, "report_sent", to=9),
            _did(1.7, "report_sent", to=2), _did(3.0, "dashboard_created"), _did(6.0, "onboarding_completed"),
            *_everywhere("logged_in", 4, 8, 12, 16, 20),
        ),
    ),
    Company(
        "bluebird", "Bluebird Bakery", "starter", 60, "ben", "America/New_York",
        (Human("Ruth Okafor", "ruth@bluebird.example", "admin"),),
        (_did(0.15, "signed_up"),),
    ),
    Company(
        "cedar", "Cedar Analytics", "pro", 640, "ben", "Europe/London",
        (Human("Tom Ashby", "tom@cedar.example", "admin"),),
        (
            _did(0.4, "signed_up"), _did(0.5, "logged_in"), _did(0.6, "setup_started"), _did(2.0, "logged_in"),
            _did(5.2, "logged_in"), _did(5.4, "setup_completed"), _did(5.6, "data_connected", source="bigquery"),
            _did(6.5, "report_sent", to=3), _did(7.0, "report_sent", to=5), _did(8.0, "report_sent", to=5),
            *_everywhere("logged_in", 9, 13, 18),
        ),
    ),
    Company(
        "harbor", "Harbor Logistics", "pro", 880, "anna", "Europe/Amsterdam",
        (Human("Jan de Wit", "jan@harbor.example", "admin"), Human("Saskia Bos", "saskia@harbor.example")),
        (
            _did(1.0, "signed_up"), _did(1.1, "logged_in"), _did(1.3, "setup_started"), _did(1.6, "setup_completed"),
            _did(1.8, "data_connected", source="salesforce"), _did(2.5, "teammate_invited", email="saskia@harbor.example"),
            _did(4.0, "integration_failed", integration="Salesforce", error="expired key"),
            _did(4.1, "integration_fixed", integration="Salesforce"),
            _did(9.0, "integration_failed", integration="HubSpot", error="permission was taken away"),
            _did(11.5, "integration_fixed", 1, integration="HubSpot"), *_everywhere("logged_in", 2, 6, 11.4, 15),
        ),
    ),
    Company(
        "summit", "Summit Health", "enterprise", 4200, "anna", "America/Chicago",
        (Human("Grace Lindqvist", "grace@summit.example", "admin"), Human("Noah Park", "noah@summit.example")),
        (
            _did(2.0, "signed_up"), _did(2.1, "logged_in"), _did(3.0, "logged_in", 1), _did(6.0, "setup_started"),
            _did(7.0, "setup_completed"), _did(7.2, "data_connected", source="snowflake"), _did(7.6, "report_sent", to=12),
            _did(8.0, "report_sent", 1, to=3), _did(8.4, "report_sent", to=12), *_everywhere("logged_in", 10, 14, 19),
        ),
    ),
    Company(
        "quartz", "Quartz Media", "pro", 2500, "carla", "Europe/Paris",
        (Human("Élise Moreau", "elise@quartz.example", "admin"),),
        (
            _did(3.0, "signed_up"), _did(3.1, "logged_in"), _did(3.3, "data_connected", source="google-ads"),
            *_everywhere("logged_in", 4, 9),
        ),
    ),
    Company(
        "juniper", "Juniper Studio", "starter", 90, "ben", "Europe/Lisbon",
        (Human("Inês Duarte", "ines@juniper.example", "admin"),),
        (
            _did(4.0, "signed_up"), _did(4.1, "logged_in"), _did(4.4, "setup_started"), _did(5.0, "setup_completed"),
            _did(5.3, "data_connected", source="csv"), _did(6.0, "report_sent", to=1), *_everywhere("logged_in", 7, 11, 17),
        ),
    ),
    Company(
        "atlas", "Atlas Freight", "pro", 720, "carla", "America/Denver",
        (Human("Walt Jensen", "walt@atlas.example", "admin"), Human("Dee Romero", "dee@atlas.example")),
        (
            _did(5.0, "signed_up"), _did(5.1, "logged_in"), _did(5.6, "setup_started"), _did(6.4, "setup_completed"),
            _did(6.6, "data_connected", source="mysql"), _did(7.0, "teammate_invited", email="dee@atlas.example"),
            _did(7.4, "report_sent", 1, to=2), _did(7.9, "report_sent", to=2), _did(8.9, "report_sent", 1, to=2),
            *_everywhere("logged_in", 10, 15, 20),
        ),
    ),
    Company(
        "orchard", "Orchard Legal", "pro", 1300, "carla", "Europe/Dublin",
        (Human("Maeve Byrne", "maeve@orchard.example", "admin"),),
        (
            _did(6.0, "signed_up"), _did(7.6, "logged_in"), _did(8.0, "setup_started"), _did(9.0, "setup_completed"),
            _did(9.2, "data_connected", source="sharepoint"), _did(10.0, "report_sent", to=6), _did(10.6, "report_sent", to=6),
            _did(11.0, "report_sent", to=6), *_everywhere("logged_in", 12, 16),
        ),
    ),
    Company(
        "lumen", "Lumen Books", "shop", 30, "ben", "Europe/Vienna",
        (Human("Mara Lind", "mara@lumen.example", "buyer"),),
        (_did(-51.0, "Order Completed", order_id="A-1007", total=84.5),),
    ),
    Company(
        "fjord", "Fjord Travel", "pro", 540, "carla", "Europe/Oslo",
        (Human("Sigrid Aas", "sigrid@fjord.example", "admin"),),
        (_did(-58.0, "setup_completed"), *_everywhere("logged_in", -57, -50, -41, -33, -22)),
    ),
    Company(
        "pine", "Pine & Partners", "pro", 760, "ben", "Asia/Singapore",
        (Human("Wei Lim", "wei@pine.example", "admin"), Human("Jo Tan", "jo@pine.example")),
        (
            _did(-12.0, "signed_up"), _did(-11.9, "logged_in"), _did(-11.5, "setup_started"), _did(-11.0, "setup_completed"),
            _did(-10.8, "data_connected", source="postgres"), _did(-10.0, "teammate_invited", email="jo@pine.example"),
            _did(-9.0, "report_sent", to=3), _did(-8.6, "report_sent", 1, to=3), _did(-8.2, "report_sent", to=3),
            _did(-7.5, "onboarding_completed"), *_everywhere("logged_in", 1, 5, 10, 15, 20),
        ),
    ),
)  # fmt: skip
