"""What leads name in OpenAPI's words."""

from leadportal.rest.lists import PageAnswer
from leadportal.rest.openapi import (
    ANY,
    CONDITIONAL,
    IF_NONE_MATCH,
    READING,
    UNCHANGED,
    filters_of,
    operation,
)
from leads.directory.answers import (
    CampaignAnswer,
    FieldAnswer,
    KnownCompanyAnswer,
    OneCompanyAnswer,
    QueueAnswer,
    SourceAnswer,
)
from leads.directory.filters import CampaignFilter, CompanyFilter, SourceFilter
from leads.examples import NOW

LIST_FIELDS = operation(
    "listFields",
    "List the fields of a lead",
    description="All at once: the columns of lead and company, and the fields your company added."
    " `path` says where a value stands in what is sent: `job_title`, `company.employees`,"
    " `attributes.budget`; `fact` is what the criteria call it. A field that was renamed is still"
    " understood under its `other_names`; what is retired is offered to nobody, and still read.",
    answers={200: PageAnswer[FieldAnswer]},
    answer={
        "results": [
            {
                "path": "job_title",
                "name": "job_title",
                "label": "Job title",
                "type": "text",
                "unit": None,
                "choices": [],
                "fact": "job_title",
                "built_in": True,
                "help": None,
                "other_names": [],
                "retired": False,
            },
            {
                "path": "attributes.purchase_timeline",
                "name": "purchase_timeline",
                "label": "Purchase timeline",
                "type": "choice",
                "unit": None,
                "choices": [{"value": "This quarter", "label": "This quarter", "retired": False}],
                "fact": "attributes.purchase_timeline",
                "built_in": False,
                "help": "When they want to decide.",
                "other_names": ["timeline"],
                "retired": False,
            },
        ],
        "next": None,
    },
    problems=ANY,
    tag="directory",
)
LIST_SOURCES = operation(
    "listSources",
    "List the sources of leads",
    answers={200: PageAnswer[SourceAnswer]},
    answer={
        "results": [{"id": 2, "name": "Demo form", "channel": "website", "created_at": NOW}],
        "next": None,
    },
    problems=READING,
    parameters=filters_of(SourceFilter, ("name", "-id")),
    tag="directory",
)
LIST_CAMPAIGNS = operation(
    "listCampaigns",
    "List the campaigns",
    answers={200: PageAnswer[CampaignAnswer]},
    answer={
        "results": [
            {
                "id": 4,
                "name": "Nordic food Q4",
                "source": "Demo form",
                "starts_on": "2026-10-01",
                "ends_on": "2026-12-31",
                "spend": "12500.00",
                "created_at": NOW,
            }
        ],
        "next": None,
    },
    problems=READING,
    parameters=filters_of(CampaignFilter, ("name", "-id")),
    tag="directory",
)
_COMPANY = {
    "id": 9,
    "name": "Brightwater Foods",
    "industry": "Food and beverage",
    "employees": 610,
    "founded": 1987,
    "phone": "+46401234500",
    "domain": "brightwater.example",
    "country": "SE",
    "people": 3,
    "created_at": NOW,
}
LIST_COMPANIES = operation(
    "listCompanies",
    "List the companies leads work for",
    description="`people` are the leads who work there; a rep is told of those they see.",
    answers={200: PageAnswer[KnownCompanyAnswer]},
    answer={"results": [_COMPANY], "next": None},
    problems=READING,
    parameters=filters_of(CompanyFilter, ("-id", "id", "name")),
    tag="directory",
)
GET_COMPANY = operation(
    "getCompany",
    "Read one company",
    description="With how many of its people stand at which stage; their leads:"
    " `GET /leads?company=` with its domain or name.",
    answers={200: OneCompanyAnswer},
    answer=_COMPANY | {"stages": {"mql": 2, "sql": 1}},
    problems=CONDITIONAL,
    without_body=UNCHANGED,
    parameters=[IF_NONE_MATCH],
    tag="directory",
)
LIST_QUEUES = operation(
    "listQueues",
    "List the queues of sales",
    description="All at once, with what waits to be claimed and who works them.",
    answers={200: PageAnswer[QueueAnswer]},
    answer={
        "results": [
            {
                "id": 1,
                "name": "Sales",
                "default": True,
                "waiting": 7,
                "late": 1,
                "next_due_at": "2026-11-22T14:07:04.120Z",
                "members": ["dana@ourcompany.example"],
            }
        ],
        "next": None,
    },
    problems=ANY,
    tag="handoffs",
)
