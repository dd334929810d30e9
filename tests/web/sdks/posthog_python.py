"""A product that uses posthog: `python posthog_python.py WRITE_KEY URL HOW_MANY`."""

import sys

from posthog import Posthog

key, url, many = sys.argv[1], sys.argv[2], int(sys.argv[3])
client = Posthog(key, host=url, gzip=True, flush_at=20, max_retries=5)
client.set(distinct_id="ada", properties={"email": "ada@acme.example"})
client.group_identify("company", "acme", {"mrr": 1200})
for number in range(many):
    client.capture("report_sent", distinct_id="ada", properties={"number": number}, groups={"company": "acme"})
client.capture("$pageview", distinct_id="ada", properties={"$current_url": "https://acme.example/pricing"})
client.capture("$screen", distinct_id="ada", properties={"$screen_name": "Home"})
client.alias("cookie", "ada")
client.shutdown()
