"""A product that uses rudder-sdk-python: `python rudder_python.py WRITE_KEY URL HOW_MANY`."""

import sys

from rudderstack.analytics.client import Client

key, url, many = sys.argv[1], sys.argv[2], int(sys.argv[3])
client = Client(key, host=url, gzip=True, upload_size=20)
client.identify("ada", {"email": "ada@acme.example"})
client.group("ada", "acme", {"mrr": 1200})
for number in range(many):
    client.track("ada", "report_sent", {"number": number})
client.page("ada", "docs", "Pricing")
client.screen("ada", "app", "Home")
client.alias("cookie", "ada")
client.shutdown()
