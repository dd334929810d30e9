"""Mistakes that authors make, and what each is told: an unknowing reader must be able to mend the file from it."""

from __future__ import annotations

import pytest

from firstwin.rules.conditions import HEADS
from firstwin.rules.problems import listed
from tests.rules.given import loaded, rule_with, told, with_gate

HEADWORDS = listed(HEADS, "and")

# In place of the fourth line: `unless: logged_in`.
GATES: dict[str, list[str]] = {
    "only_if: {acount.plan: pro}": ["4:10 `acount.plan` is no condition word. Did you mean `account.plan`?"],
    "only_if: {strat.amount: 5}": ["4:10 `strat.amount` is no condition word. Did you mean `start.amount`?"],
    "only_if: {account: {plan: pro}}": ["4:10 `account` is no condition word. Write `account.plan: …` in one word."],
    "only_if: {account.seats: at_least 3}": [
        "4:26 `at_least 3` is a text here, and no comparison. Write `{at_least: 3}`."
    ],
    "only_if: {account.seats: more than 3}": [
        "4:26 `more than 3` is a text here, and no comparison. Write `{more_than: 3}`. For that very text write `{matches: more than 3}`."
    ],
    "only_if: {account.seats: exactly 3}": [
        "4:26 `exactly 3` is a text here, and no comparison. Write `3`. For that very text write `{matches: exactly 3}`."
    ],
    "only_if: {account.renews_at: in the next 7 days}": [
        "4:30 `in the next 7 days` is a text here, and no comparison. Write `{in_next: 7 days}`. For that very text write `{matches: in the next 7 days}`."
    ],
    "only_if: {account.renews_at: older_than 7 days}": [
        "4:30 `older_than 7 days` is a text here, and no comparison. Write `{older_than: 7 days}`."
    ],
    "only_if: {account.plan: is_not free}": [
        "4:25 `is_not free` is a text here, and no comparison. Write `{is_not: free}`."
    ],
    "only_if: {account.plan: exists}": [
        "4:25 `exists` is a text here, and no comparison. Write `{exists: true}`. For that very text write `{matches: exists}`."
    ],
    "only_if: {did: a, since: ever, where: {amount: at_least 3}}": [
        "4:48 `at_least 3` is a text here, and no comparison. Write `{at_least: 3}`."
    ],
    "only_if: {account.mrr: 1,000}": [
        "4:10 A comma divides two entries here. Write a large number without commas: 1000."
    ],
    "only_if: {account.mrr: {at_least: 1,000}}": [
        "4:37 A comma divides two entries here. Write a large number without commas: 1000."
    ],
    'only_if: {account.mrr: {at_least: "1000"}}': [
        '4:35 "1000" in quotes is a text, not a number. Write `1000` without quotes.'
    ],
    "only_if: {account.mrr: {greater_than: 5}}": ["4:25 A comparison has no `greater_than`. Did you mean `more_than`?"],
    'only_if: {account.mrr: ">= 1000"}': [
        "4:24 `>= 1000` is a formula, and comparisons are written in words. Write `{at_least: 1000}`."
    ],
    "only_if: account.mrr > 1000": [
        "4:10 `account.mrr > 1000` is a formula, and conditions are written in words. Write `account.mrr: {more_than: 1000}`."
    ],
    "only_if: {account.mrr >= 1000}": [
        "4:10 `account.mrr >= 1000` is a formula, and conditions are written in words. Write `account.mrr: {at_least: 1000}`."
    ],
    "only_if: logged_in": [
        "4:10 `logged_in` stands alone, which is only possible directly behind `when`, `unless` and `until`. Write `{did: logged_in, in_last: 14 days}`, or with `since: ever`; for a milestone, `{reached: logged_in}`."
    ],
    "only_if: {mrr: 5}": [
        f"4:10 `mrr` is no condition word. The words are {HEADWORDS}. If `mrr` is a property, write `account.mrr`; if it is an event, `did: mrr`."
    ],
    "only_if: {account.plan: pro, account.mrr: 5}": [
        "4:10 `account.plan` and `account.mrr` are two conditions. Join them: `all: [{account.plan: …}, {account.mrr: …}]`, with a dash for each if they are long."
    ],
    "only_if: {did: logged_in, account.plan: pro, since: start}": [
        "4:10 `did` and `account.plan` are two conditions. Join them: `all: [{did: …}, {account.plan: …}]`, with a dash for each if they are long."
    ],
    "only_if: [{account.plan: pro}, {account.mrr: 5}]": [
        "4:10 Several conditions need a word that joins them. Write `all:`, `any:` or `none:` before the list."
    ],
    "only_if: {all: {account.plan: pro}}": [
        "4:16 Here a list of conditions is needed. Begin each condition with a dash: `- did: …`."
    ],
    "only_if: {all: []}": [
        "4:16 Here a list of conditions is needed. Write one or more lines that begin with a dash: `- did: …`."
    ],
    "only_if: {any: [{account.plan: pro}], at_least: 2}": [
        "4:49 2 of 1 conditions is not possible. Take the number out."
    ],
    "only_if: {did: logged_in}": [
        "4:11 `did:` does not say how far back. Write `in_last: 14 days`, `since: start` or `since: ever`, for example."
    ],
    "only_if: {did: logged_in, in_last: 14}": ["4:36 `14` of what? Write `14 minutes`, `14 hours` or `14 days`."],
    "only_if: {did: logged_in, in_last: 14d}": ["4:36 `14d` is not written out. Write `14 days`."],
    "only_if: {did: logged_in, in_last: 1 month}": [
        "4:36 `1 month`: months differ in length, so they are not used. Write `30 days`."
    ],
    "only_if: {did: logged_in, in_last: two weeks}": ["4:36 `two weeks` is not written out. Write `2 weeks`."],
    "only_if: {did: logged_in, in_last: 14 days, since: ever}": [
        "4:45 `did:` has more than one window. Keep one of `in_last` and `since`."
    ],
    "only_if: {did: logged_in, since: signup}": ["4:34 `signup` is not one of the choices. Write `start` or `ever`."],
    "only_if: {did: logged_in, at_least: 0, since: ever}": [
        "4:37 `at_least: 0` is always true. Take it out; once is meant when no number is written."
    ],
    "only_if: {did: logged_in, at_most: 0, since: ever}": [
        "4:36 Zero times is said with `did_not`. Write `did_not:` in place of `did:`, without a number."
    ],
    "only_if: {did: logged_in, exactly: 2, at_most: 3, since: ever}": [
        "4:27 `exactly:` stands alone: it is a number by itself. Keep it, or write a range."
    ],
    "only_if: {did: logged_in, at_least: 5, at_most: 3, since: ever}": [
        "4:49 At least 5 and at most 3 times is never true. Write `at_least: 3` and `at_most: 5`."
    ],
    "only_if: {did: logged_in, at_least: 50%, since: ever}": [
        "4:37 `50%` is a share, and here a number of times is asked for. Write a number like `3`."
    ],
    "only_if: {did: logged_in, at_least: 5 times, since: ever}": ["4:37 `5 times` is not a whole number. Write `5`."],
    "only_if: {did_not: logged_in, at_least: 5, since: ever}": [
        "4:31 `did_not` says zero already, so `at_least:` has nothing to count. Write `did:` with the number."
    ],
    "only_if: {did_not: logged_in, within: 48 hours}": [
        "4:39 These 48 hours are not over when the message is due: it is sent 24 hours after the start. Write `after: 48 hours` or longer, or a shorter `within:`."
    ],
    "only_if: {did: logged_in, between: [7 days ago, 14 days ago]}": [
        "4:36 `between:` has the later time first. Write the earlier time first, like `between: [14 days ago, 7 days ago]`."
    ],
    "only_if: {did: logged_in, between: [14 days ago, now]}": [
        "4:36 `now` is not a time ago. Write it like `[14 days ago, 7 days ago]`; for a window up to now write `in_last: 14 days`."
    ],
    "only_if: {did: logged_in, between: 14 days}": [
        "4:36 `between:` takes two times. Write it like `between: [14 days ago, 7 days ago]`."
    ],
    "only_if: {did: logged_in, since: ever, by: anyone}": [
        "4:40 `by: anyone` is for rules about a person: in a rule about an account everybody counts already. Take the line out."
    ],
    "only_if: {did: logged_in, since: ever, by: me}": ["4:44 `me` is not one of the choices. Write `anyone`."],
    "only_if: {did: activated, since: ever}": [
        "4:16 `activated` is a milestone (rules/activated.yaml records it), not an event. Write `reached: activated`."
    ],
    "only_if: {did_not: activated, since: ever}": [
        "4:20 `activated` is a milestone (rules/activated.yaml records it), not an event. Write `none: [{reached: activated}]`."
    ],
    "only_if: {did: firstwin.milestone.activated, since: ever}": [
        "4:16 `firstwin.milestone.activated`: names that begin with `firstwin.` are Firstwin's own. For a milestone write its bare name; for a property, `account.…` or `person.…`."
    ],
    "only_if: {did: 'say \"hi\"', since: ever}": [
        '4:16 The name `say "hi"` holds a double quote, which no name may. Rename it where it is sent.'
    ],
    "only_if: {did: 5, since: ever}": ['4:16 `5` is not the name of an event. If it is a name, put it in quotes: "5".'],
    "only_if: {did: [], since: ever}": ["4:16 The list is empty. Write at least one name."],
    'only_if: {did: " logged_in", since: ever}': [
        '4:16 The name ` logged_in` begins or ends with a space. Write "logged_in".'
    ],
    "only_if: {reached: activate}": ["4:20 No rule records the milestone `activate`. Did you mean `activated`?"],
    "only_if: {reached: logged_in}": [
        "4:20 No rule records the milestone `logged_in`. Write a rule that ends in `then: {record: logged_in}`; if `logged_in` is an event, write `did: logged_in` with a window."
    ],
    "only_if: {segment: at_risk}": [
        "4:20 There is no segment `at_risk` in rules/segments.yaml. Did you mean `at-risk`?"
    ],
    "only_if: {segment: vip}": [
        "4:20 There is no segment `vip` in rules/segments.yaml. It holds `admins` and `at-risk`."
    ],
    "only_if: {segment: admins}": [
        "4:20 The segment `admins` asks about a person, and this rule is about accounts. Put it into `any_person: {segment: admins}`, or write the rule `about: person`."
    ],
    "only_if: {person.role: admin}": [
        "4:11 `person.role`: this rule is about accounts, and an account has many people. Put it into `any_person:`, `every_person:` or `no_person:`, or write the rule `about: person`."
    ],
    "only_if: {start.at: {older_than: 3 days}}": [
        "4:11 `start.at` is a time, and can't be compared here. Say how long after the start with `after:`."
    ],
    "only_if: {start.ends: {in_next: 3 days}}": [
        "4:24 `in_next:` moves with the clock, and the start's own data does not change any more. Write `after:` for a time since the start, or compare a date of the account."
    ],
    "only_if: {account.plan: }": [
        "4:11 The value is missing. To ask for a property that is not set, write `{exists: false}`."
    ],
    "only_if: {account.plan: null}": [
        "4:25 The value is missing. To ask for a property that is not set, write `{exists: false}`."
    ],
    "only_if: {account.plan: []}": ["4:25 The list of values is empty. Write at least one value."],
    "only_if: {account.plan: {}}": ["4:25 The comparison is empty. Write `{at_least: 1000}`, for example."],
    "only_if: {account.plan: {exists: yes}}": ["4:34 `yes` is neither true nor false. Write `true` or `false`."],
    "only_if: {account.plan: {exists: false, is_not: pro}}": [
        "4:26 A property that is not set can't be compared as well: this is never true. Keep `exists: false`, or `is_not`."
    ],
    "only_if: {account.seats: {at_least: 80%}}": [
        "4:37 `80%` of what? Say it with `of:`, for example `of: account.seats`."
    ],
    "only_if: {account.seats: {at_least: 80, of: account.max}}": [
        "4:37 With `of:` a share is compared, and `80` is a plain number. Write `at_least: 80%`, for example."
    ],
    "only_if: {account.seats: {of: account.max}}": [
        "4:27 `of:` needs a number beside it. Write `at_least: 80%` beside it, for example."
    ],
    "only_if: {account.seats: {at_least: 8, above: max}}": [
        "4:47 `max` does not say whose property it is. Write `account.max`, `person.max` or `start.max`."
    ],
    "only_if: {account.seats: {at_least: 8, more_than: 9, less_than: 3}}": [
        "4:65 No number is at least 8 and less than 3. Exchange the two numbers, or join two conditions with `any:`.",
        "4:65 No number is more than 9 and less than 3. Exchange the two numbers, or join two conditions with `any:`.",
    ],
    "only_if: {account.trial: {at_least: 2024-01-01}}": [
        "4:37 `2024-01-01` is a time, and this compares numbers. Dates are compared with `in_last`, `in_next` or `older_than`."
    ],
    "only_if: {account.trial: {in_last: 3}}": ["4:36 `3` of what? Write `3 minutes`, `3 hours` or `3 days`."],
    "only_if: {account.plan: {is: pro}}": [
        "4:26 `is` is not needed. Write the value itself, or a list of values: `account.plan: [starter, pro]`."
    ],
    "only_if: {account.plan: {contains: 5}}": ["4:36 A text is looked for here. Write it in quotes if it is a number."],
    "only_if: {all: [{account.plan: a}, {account.plan: b}]}": [
        "4:11 `account.plan` cannot be two things at once: this is never true. Write a list, `account.plan: [a, b]`, if either will do."
    ],
    "only_if: {any: [{did_not: a, since: ever}, {did_not: b, since: ever}]}": [
        "4:11 warning: Any of several “not”: this is true as soon as one of them did not happen. If none of them may have happened, write `all:` in place of `any:`."
    ],
    "only_if: {did: a, since: ever, where: {paid_at: {in_last: 3 days}}}": [
        "4:50 `in_last:` moves with the clock, and an event's own properties do not change any more. Say how far back the event lies with the window: `in_last: 14 days`."
    ],
    "only_if: {did: a, since: ever, where: {account.plan: pro}}": [
        "4:40 `account.plan` is no property of the event, and only those stand here. Move it into an `only_if:`, joined with `all:`; or write `plan` if the event has it."
    ],
    "only_if: {did: a, since: ever, where: {x: {at_least: 50%, of: account.y}}}": [
        "4:59 `of:` compares with another property, which `where:` cannot do. Write a number, or let the event carry the answer."
    ],
    "only_if: {did: a, since: ever, where: {}}": [
        "4:39 `where:` says nothing. Write a property and its value: `where: {plan: pro}`."
    ],
    "only_if: {did: a, since: ever, where: pro}": [
        "4:39 `pro` is not a set of `name: value` pairs. Write `{name: value}`."
    ],
    "only_if: {did: a, since: ever, same: start.id}": [
        "4:38 `start.id`: properties of the event stand here without `start.`. Write `id`."
    ],
    "only_if: {nudged: x, in_last: 60 days}": [
        "4:1 This waits for a message of this very rule, so the first is never sent. Name another rule, or a step that comes before this one."
    ],
    "only_if: {not: [{account.plan: a}]}": ["4:10 `not` is no condition word. Did you mean `none`?"],
    "only_if: {{ account.plan }}": [
        "4:10 The condition is empty. Write `did: …`, or a property like `account.plan: pro`.",
        "4:11 A key is a word, and here stands a list or a mapping. `{{ … }}` belongs in templates only; in a rule, name the property.",
    ],
    'only_if: {account.plan: "{{ x }}"}': [
        "4:25 A condition holds no template. To compare two properties write `{at_least: 0, above: account.other}`."
    ],
    "only_if: {did:logged_in}": ["4:10 After a colon comes a space. Write `did: logged_in`."],
    "only_if: {did: logged_in, in_last: 14 days, at_lest: 3}": [
        "4:45 `did` has no `at_lest`. Did you mean `at_least`?"
    ],
    "only_if: {}": ["4:10 The condition is empty. Write `did: …`, or a property like `account.plan: pro`."],
    "only_if: 5": ["4:10 `5` is not a condition. Write `did: …`, or a property like `account.plan: pro`."],
    "only_if: true": ["4:10 `true` is not a condition. Write `did: …`, or a property like `account.plan: pro`."],
    "unless:": ["4:1 `unless:` has no value. Write one behind the colon, or take the line out."],
    "unless: []": ["4:9 The list is empty. Write at least one name."],
    "unless: {logged_in: true}": [
        f"4:9 `logged_in` is no condition word. The words are {HEADWORDS}. If `logged_in` is a property, write `account.logged_in`; if it is an event, `did: logged_in`."
    ],
    "unless: logged_in == false": [
        "4:9 `logged_in == false` is a formula, and conditions are written in words. Write `account.logged_in: false`."
    ],
    "until: {account.plan: pro": ["4:8 The bracket `{` that opens here is never closed. Add a `}` where it ends."],
    'unless: "logged_in': ['4:9 The quote that begins here is never closed. Add a `"` where the text ends.'],
    "unless logged_in": ["4:1 A colon is missing in this line. Write `unless: logged_in`."],
    "unless:logged_in": ["4:1 After a colon comes a space. Write `unless: logged_in`."],
    " unless: logged_in": [
        "4:2 This line is indented further than the one above, which has a value already. Begin it in the same column as the line above."
    ],
    "unless: @x": ['4:9 A text cannot begin with `@`. Put it in quotes: "@x".'],
    "unless: logged_in: yes": [
        "4:18 There is a second colon in this line. Put a text that holds a colon in quotes; else begin a new line for the second key."
    ],
    "unles: logged_in": ["4:1 A rule has no `unles`. Did you mean `unless`?"],
    "hold_out: 10": ["4:11 `10` is not a share. Write `10%`."],
    "hold_out: 100%": ["4:11 `100%` is no part of the whole. Write a share between `1%` and `99%`."],
    "feed: rare": [
        "4:7 `rare` is not a kind of feed. Write `feed: sparse` where the event it waits for is rare; else leave the line out."
    ],
    "priority: high": ["4:11 `high` is not a whole number. Write a number like `3`."],
    "mode: test": ["4:7 `test` is not one of the choices. Write `live` or `shadow`."],
    "class: promo": ["4:8 `promo` is not one of the choices. Write `marketing`, `service` or `alert`."],
    "backfill: 7d": ["4:11 `7d` is not written out. Write `7 days`."],
    "expires_after: 0 days": ["4:16 Zero is no length of time. Leave the line out if nothing is to be waited for."],
    "was: x": ["4:6 `x` is this rule itself. `was:` names the rule's name before it was renamed."],
    "was: activated": [
        "4:6 The rule `activated` is still there. `was:` names a rule that was renamed: delete its old file."
    ],
    "steps: {a: {then: {email: a, to: contact}}}": [
        "3:1 With `steps`, each step says its own `after`. Move it into the steps that it is meant for.",
        "4:1 `then` and `steps` exclude each other. Make the `then` a step with a name of its own.",
    ],
    "before: 3 days": ["4:1 `after` and `before` exclude each other. Keep one."],
    "only_if: {account.number: 12345678901234567890}": [
        "4:27 `12345678901234567890` has too many digits to be kept exactly as a number. If it is a name or an id, put it in quotes."
    ],
    "only_if: {account.zip: 01234}": [
        '4:24 `01234` could be a number or a text. Write "01234" in quotes for the text, or the number in plain digits.'
    ],
    "only_if: {did: a, since: ever, this: day}": [
        "4:32 `did:` has more than one window. Keep one of `since` and `this`."
    ],
    "only_if: {did: a, this: year}": ["4:25 `year` is not one of the choices. Write `day`, `week` or `month`."],
    "only_if: {none: {did: a, since: ever}}": [
        "4:17 Here a list of conditions is needed. Begin each condition with a dash: `- did: …`."
    ],
    "only_if: {none: [activated]}": [
        "4:18 `activated` stands alone, which is only possible directly behind `when`, `unless` and `until`. Write `{did: activated, in_last: 14 days}`, or with `since: ever`; for a milestone, `{reached: activated}`."
    ],
    "only_if: {account.paid: yes}": [
        '4:25 warning: `yes` is a text here. If you mean yes or no, write `true` or `false`; if the text, "yes".'
    ],
    "only_if: {did: logged_in, since: ever, where: {'a\"b': 1}}": [
        '4:48 The name `a"b` holds a double quote, which no name may. Rename it where it is sent.'
    ],
    "only_if: !x": [
        "4:1 `only_if:` has no value. Write one behind the colon, or take the line out.",
        '4:10 `!x` is an instruction to the YAML reader. If it is meant as text, put it in quotes: "!x". If not, leave it out.',
    ],
    "only_if: &a {account.plan: pro}": [
        '4:10 `&a` gives this place a name. If it is meant as text, put it in quotes: "&a". If not, leave it out.'
    ],
    "only_if: *a": [
        "4:1 `only_if:` has no value. Write one behind the colon, or take the line out.",
        '4:10 `*a` refers to another place. If it is meant as text, put it in quotes: "*a". If not, leave it out.',
    ],
    "unless: not logged_in": [
        "4:9 `not logged_in`: “not” has words of its own. Write `{did_not: logged_in, since: start}`, or `only_if:` in place of `unless:`."
    ],
    "unless: logged_in and data_connected": [
        "4:9 `logged_in and data_connected` is more than one event. Write `[logged_in, data_connected]` for any of them."
    ],
    "only_if: {'account.a\\b': 1}": [
        "4:11 The name `account.a\\b` holds a backslash, which no name may. Rename it where it is sent."
    ],
    "only_if: {account.seats: {at_least: 8, above: account.a, below: account.b}}": [
        "4:58 `above` and `below` exclude each other. Keep one."
    ],
    "only_if: {all: [{did: a}, {did: b, since: signup}]}": [
        "4:18 `did:` does not say how far back. Write `in_last: 14 days`, `since: start` or `since: ever`, for example.",
        "4:43 `signup` is not one of the choices. Write `start` or `ever`.",
    ],
}

# In place of the value of a key.
VALUES: dict[tuple[str, str], list[str]] = {
    ("then", "\n  alert: #a\n  to: csm"): [
        "6:3 `alert:` has no value. What begins with ` #` is a remark, so `#a` is not seen: write `a` without the `#`."
    ],
    ("unless", "{did: a, more_than: 5, in_last: 7 days}"): [
        "4:18 `did` has no `more_than`: it says the number itself. More than 5 is `at_least: 6`."
    ],
    ("unless", "{did: a, fewer_than: 5, in_last: 7 days}"): [
        "4:18 `did` has no `fewer_than`: it says the number itself. Fewer than 5 is `at_most: 4`."
    ],
    ("unless", "{did: a, less_than: 1, in_last: 7 days}"): [
        "4:18 `did` has no `less_than`: it says the number itself. That it happened not even once is said with `did_not:`."
    ],
    ("unless", "{did: a, more_than: many, in_last: 7 days}"): [
        "4:18 `did` has no `more_than`: it says the number itself. Write `at_least:`, which counts that number too."
    ],
    ("unless", "{did_not: a, less_than: 5, in_last: 7 days}"): [
        "4:22 `did_not` says zero already, so `less_than:` has nothing to count. Write `did:` with the number."
    ],
    ("unless", "{days_with: a, over: 3, in_last: 7 days}"): [
        "4:24 `days_with` has no `over`: it says the number itself. More than 3 is `at_least: 4`."
    ],
    ("unless", "{people_who_did: a, more_than: 50%, of: account.seats, in_last: 7 days}"): [
        "4:29 `people_who_did` has no `more_than`: it says the number itself. Write `at_least: 51%`, or a share as close to 50% as you like."
    ],
    ("unless", "{done: [a, b, c], less_than: 1}"): [
        "4:27 `done` has no `less_than`: it says the number itself. That there is none is said with `none: [{done: …, at_least: 1}]`."
    ],
    ("unless", "{done: [a, b, c], more_than: 1}"): [
        "4:27 `done` has no `more_than`: it says the number itself. More than 1 is `at_least: 2`."
    ],
    ("unless", "{did: any event, since: start}"): [
        "4:15 `any event` is no event: events are named one by one. Name those that count, and a list means any of them: `[logged_in, report_sent]`."
    ],
    ("when", "{becomes: {did: a, at_least: 3, in_last: 24 hours}}"): [
        "3:1 warning: This state is over 24 hours after what made it true, and 24 hours of it are waited for: only where that happens on and on is anything sent. Take `after:` out, look back farther with a longer `in_last:`, or begin with the event: `when: {event: …}`."
    ],
    ("when", "{did: signed_up, since: ever}"): [
        "2:7 `did` is a condition, and a rule starts at a moment. Write `when: signed_up`, to start when that happens."
    ],
    ("when", "{event: activated}"): [
        "2:15 `activated` is a milestone (rules/activated.yaml records it), not an event. Write `when: activated`."
    ],
    ("when", "{event: signed_up, which: 0}"): [
        "2:33 `0` is not one of the choices. Write `first`, `latest` or a number like `3`."
    ],
    ("when", "{event: signed_up, which: third}"): [
        "2:33 `third` is not one of the choices. Write `first`, `latest` or a number like `3`."
    ],
    ("when", "{event: signed_up, which: last}"): ["2:33 `last` is not one of the choices. Write `which: latest`."],
    ("when", "{event: signed_up, which: every}"): [
        "2:33 `which: every` is what is meant without it. Take the line out."
    ],
    ("when", "{weekly: monday}"): ["2:7 `weekly` is no word that a rule can start with. Did you mean `every`?"],
    ("when", "{becomes: activated}"): [
        "2:17 `activated` stands alone, which is only possible directly behind `when`, `unless` and `until`. Write `{did: activated, in_last: 14 days}`, or with `since: ever`; for a milestone, `{reached: activated}`."
    ],
    ("when", "{becomes: {did: a, since: start}}"): [
        "2:33 `since: start` has nothing to count from: there is no start yet inside `becomes`. Write `in_last: 14 days` or `since: ever`, for example."
    ],
    ("when", "{becomes: {did: a, within: 3 days}}"): [
        "2:34 `within:` has nothing to count from: there is no start yet inside `becomes`. Write `in_last: 14 days` or `since: ever`, for example."
    ],
    ("when", "{becomes: {did: a, since: ever, same: id}}"): [
        "2:45 `same:` has nothing to count from: there is no start yet inside `becomes`. Write `in_last: 14 days` or `since: ever`, for example."
    ],
    ("when", "{becomes: {start.x: 3}}"): [
        "2:18 `start.x`: there is no start yet inside `becomes`. Use a property of the account (`account.…`) or of the person."
    ],
    ("when", "{date: trial_ends_at}"): [
        "2:14 `trial_ends_at` does not say whose property it is. Write `account.trial_ends_at`, `person.trial_ends_at` or `start.trial_ends_at`."
    ],
    ("when", "{date: start.x}"): [
        "2:14 `start.x`: the start cannot ask for its own data. Name a property of the account (`account.…`) or of the person."
    ],
    ("when", "{date: person.birthday}"): [
        "2:14 `person.birthday`: this rule is about accounts, and an account has many people. Ask for a property of the account, or write the rule `about: person`."
    ],
    ("when", "{changed: account.plan, from: pro, to: pro}"): [
        "2:46 A change from a value to the same value never happens. Write two different values."
    ],
    ("when", "{changed: account.plan, too: pro}"): ["2:31 A start by a change has no `too`. Did you mean `to`?"],
    ("when", "{changed: account.plan, from: {exists: true}}"): [
        "2:46 Only `exists: false` says something here. For any value, leave `from:` or `to:` out."
    ],
    ("when", "{event: a, per: start.id}"): [
        "2:23 `start.id`: properties of the event stand here without `start.`. Write `id`."
    ],
    ("when", "{evnt: a}"): ["2:7 `evnt` is no word that a rule can start with. Did you mean `event`?"],
    ("when", "{event: a, date: b, becomes: c}"): [
        "2:7 `event`, `date` and `becomes` exclude each other. Write one rule for each."
    ],
    ("when", "{date: account.x, every: year}"): [
        "5:8 warning: The date comes round each year, and with `again: never` only its first return is told. Write `again: every time`, or take `every: year` out."
    ],
    ("when", "{event: a, date: b, every: year}"): [
        "2:7 A date that an event brings comes once; each year only a property's date comes round. Let the product send it as a property too, and begin with that: `when: {date: account.renews_on, every: year}`."
    ],
    ("when", "{date: account.x, yearly: true}"): [
        "2:25 A start by a date has no `yearly`. Write `every: year`, and the rule begins each year on that date."
    ],
    ("when", "{date: account.x, every: years}"): ["2:32 `years` is not the word here. Write `every: year`."],
    ("when", "{date: account.x, every: 12 months}"): ["2:32 `12 months` is not the word here. Write `every: year`."],
    ("when", "{date: account.x, every: monday}"): [
        "2:32 A date comes round once a year, and `monday` is not a year. Write `every: year`; on days of the week or the month a clock begins: `when: {every: monday, at: 09:00}`."
    ],
    ("when", "{date: account.x, at: 9am}"): ["2:29 `9am` is not a time of day. Write `09:00`."],
    ("when", "{date: account.x, time: 09:00}"): ["2:25 A start by a date has no `time`. Did you mean `at`?"],
    ("when", "{event: a, at: 09:00}"): [
        "2:18 `at:` is a time of a date's day, and this start has no date: it begins when the event happens. Take the line out, or name the date that the event brings: `date: departs_at`."
    ],
    ("when", "5"): ["2:7 `5` is not the name of an event. Write `when: signed_up`, for example."],
    ("when", ""): ["2:1 `when:` has no value. Write how the rule begins: `when: signed_up`, for example."],
    ("when", "[]"): ["2:7 The list is empty. Write at least one name."],
    ("when", "signed_up, logged_in"): [
        "2:7 `signed_up, logged_in` is more than one event. Write `[signed_up, logged_in]` for any of them."
    ],
    ("when", "{event: a, becomes: {account.x: 1}}"): [
        "2:7 `event` and `becomes` exclude each other. Write one rule for each."
    ],
    ("after", "24"): ["3:8 `24` of what? Write `24 minutes`, `24 hours` or `24 days`."],
    ("after", "24h"): ["3:8 `24h` is not written out. Write `24 hours`."],
    ("after", "0 days"): ["3:8 Zero is no length of time. Leave the line out if nothing is to be waited for."],
    ("after", "-3 days"): [
        "3:8 `-3 days` has a minus. A time is never negative: `before:` counts back, `after:` counts on."
    ],
    ("after", "1.5 hours"): ["3:8 `1.5 hours` is not a whole number. Write `90 minutes`."],
    ("after", "24 Hours"): ["3:8 `24 Hours` is not written out. Write `24 hours`."],
    ("after", "a day"): ["3:8 `a day` is not written out. Write `1 day`."],
    ("after", "1 year"): ["3:8 `1 year`: years differ in length, so they are not used. Write `52 weeks`."],
    ("after", "99999 weeks"): ["3:8 `99999 weeks` is longer than ten years. Write at most `3650 days`."],
    ("after", "tomorrow"): [
        "3:8 `tomorrow` is not a length of time. Write a number and a word, like `30 minutes`, `24 hours`, `7 days` or `4 weeks`."
    ],
    ("after", ""): ["3:1 `after:` has no value. Write one behind the colon, or take the line out."],
    ("then", "{email: first-login}"): [
        "5:7 `to:` is missing. Write `contact`, `actor`, `everyone`, `person`, `{role: billing}` or `{address: account.billing_email}`."
    ],
    ("then", "{email: first-login, to: csm}"): [
        "5:32 `csm` is in your company, and an email goes to customers. Write `alert:` in place of `email:`."
    ],
    ("then", "{email: first-login, to: person}"): [
        "5:32 `to: person` is for rules about a person; this one is about an account, which has many. Write `to: contact`, `to: actor` or `to: everyone`."
    ],
    ("then", "{email: first-login, to: anna@example.com}"): [
        "5:32 `anna@example.com` is one fixed address, and an email goes to the customer whom the rule is about. Write `contact`, `actor`, `everyone`, `person`, `{role: billing}` or `{address: account.billing_email}`. For somebody in your company use `alert:`."
    ],
    ("then", "{email: first-login, to: account.email}"): [
        "5:32 `account.email` is a property. Write `to: {address: account.email}` if it holds a mail address."
    ],
    ("then", "{email: first-login, to: {rol: a}}"): [
        "5:32 This is not a receiver. Write `contact`, `actor`, `everyone`, `person`, `{role: billing}` or `{address: account.billing_email}`."
    ],
    ("then", "{email: First Login.md, to: contact}"): [
        "5:15 `First Login.md` cannot be the name of a template: use small letters, digits, `-` and `_`. Write `first-login`."
    ],
    ("then", "{alert: x, to: #success}"): [
        "5:22 The bracket `{` is never closed, because everything after ` #` is a remark. Leave the `#` away: `success`."
    ],
    ("then", "{alert: x, to: }"): [
        "5:18 `to:` has no value. Write the name of a sender that firstwin.yaml declares, or `csm`."
    ],
    ("then", "{alert: x, to: '#success'}"): [
        "5:22 `#success`: a destination is a name from firstwin.yaml, without `#`. Declare a sender, and write its name: `to: success`."
    ],
    ("then", "{alert: x, to: contact}"): [
        "5:22 `contact` is on the customer's side, and this goes to your company. Write `email:` to reach a customer, or the name of a destination."
    ],
    ("then", "{alert: x, to: a@b.c}"): [
        "5:22 `a@b.c` is an address, and here a name stands for it. Declare it under `senders:` in firstwin.yaml, and write that name."
    ],
    ("then", "{digest: x, to: csm}"): [
        "5:8 A digest goes out at a set time, and this rule has a start of its own for each subject. Begin the rule with a clock: `when: {every: monday, at: 09:00}`; or write `alert:`, for each by itself."
    ],
    ("then", "{split: {}}"): ["5:15 One variant is no split. Write a second one, or `then:` alone."],
    ("then", "{choose: []}"): [
        "5:16 There is nothing to choose between. For one condition write `only_if:` and `then:`."
    ],
    ("then", "{choose: {if: {account.x: 1}, then: {email: a, to: contact}}}"): [
        "5:16 `choose` takes a list of branches. Write `- if: …` and `then: …` below `choose:`, with a dash for each branch."
    ],
    ("then", "{choose: [{then: {email: a, to: actor}}, {else: true, then: {email: a, to: actor}}]}"): [
        "5:17 The branch does not say when it is chosen. Write `if: {account.plan: pro}`, or `otherwise: true` for the last branch.",
        "5:49 A branch has no `else`. Did you mean `otherwise`?",
    ],
    (
        "then",
        "{choose: [{otherwise: true, then: {email: a, to: actor}}, {if: {account.x: 1}, then: {email: a, to: csm}}]}",
    ): ["5:107 `csm` is in your company, and an email goes to customers. Write `alert:` in place of `email:`."],
    (
        "then",
        "{choose: [{otherwise: true, then: {email: a, to: actor}}, {if: {account.x: 1}, then: {email: b, to: actor}}]}",
    ): ["5:18 What comes after `otherwise` is never chosen. Move `otherwise` to the end."],
    ("then", "{split: {a: {share: 50%, then: {email: a, to: actor}}, b: {share: 40%, then: {email: b, to: actor}}}}"): [
        "5:8 The shares make 90% together, not 100%. Change one of them; to leave some out altogether, write `hold_out: 10%` in the rule."
    ],
    ("then", "{split: {a: {share: 50, then: {email: a, to: actor}}, b: {share: 50%}}}"): [
        "5:27 `50` is not a share. Write `50%`.",
        "5:64 `then:` is missing. Write what to do; to leave some out altogether, write `hold_out: 10%` in the rule.",
    ],
    ("then", "{split: {a: {share: 50%, then: {email: a, to: actor}}, b: {share: 50%, then: {record: b}}}}"): [
        "5:85 A milestone does not depend on what is chosen. Write the `record:` beside, or a rule of its own that says when."
    ],
    ("then", "{send: x}"): ["5:7 `send` is no action. Did you mean `email`?"],
    ("then", "first-login"): [
        "5:7 `first-login` is not an action. Write `{email: welcome, to: contact}`, for example."
    ],
    ("then", "[]"): ["5:7 There is no action in the list. Write `- {email: welcome, to: contact}`, for example."],
    ("then", "{email: a, alert: b, to: csm}"): [
        "5:7 `email` and `alert` are two actions. Write them as a list, each behind a dash."
    ],
    ("then", "{record: Activated Now}"): [
        "5:16 `Activated Now` cannot be the name of a milestone: use small letters, digits, `-` and `_`. Write `activated-now`."
    ],
    ("then", "[{email: a, to: contact}, {emial: b, to: contact}]"): [
        "5:33 `emial` is no action. Did you mean `email`?"
    ],
    ("then", "{email: a, to: actor, cc: contact}"): ["5:29 An email has no `cc`. The words here are `email` and `to`."],
    ("then", ""): ["5:1 `then:` has no value. Write one behind the colon, or take the line out."],
    ("then", "{email:a, to:contact}"): ["5:7 After a colon comes a space. Write `email: a`."],
    ("then", "{email: a, to: {address: person.email}}"): [
        "5:32 `person.email`: this rule is about accounts, and an account has many people. Ask for a property of the account, or write the rule `about: person`."
    ],
    ("then", "{record: logged_in}"): [
        "4:9 The rule records `logged_in` itself, so it cannot wait for it. Take the milestone out of one of the conditions."
    ],
    ("again", "once"): ["6:8 `once` is not how `again` is said. Write `again: never`."],
    ("again", "always"): ["6:8 `always` is not how `again` is said. Write `again: every time`."],
    ("again", "30 days"): ["6:8 `30 days` is not how `again` is said. Write `again: {after: 30 days}`."],
    ("again", "{after: 30}"): ["6:16 `30` of what? Write `30 minutes`, `30 hours` or `30 days`."],
    ("again", "maybe"): [
        "6:8 `maybe` is not how `again` is said. Write `again: never`, `again: every time` or `again: {after: 30 days}`."
    ],
    ("again", "true"): ["6:8 `true` is not how `again` is said. Write `again: every time`."],
    ("again", "{afte: 30 days}"): ["6:8 `after:` is missing.", "6:9 `again` has no `afte`. Did you mean `after`?"],
    ("again", ""): [
        "6:1 `again:` has no value. Write `again: never`, `again: every time` or `again: {after: 30 days}`. There is no default, so that nobody is nudged twice by accident."
    ],
    ("about", "accounts"): ["1:8 A rule is about an account or a person. Write `about: account`."],
    ("about", "user"): ["1:8 A rule is about an account or a person. Write `about: person`."],
    ("about", "everyone"): [
        "1:8 A rule is about an account or a person. Write `about: account` or `about: person`: who is counted, and nudged once."
    ],
    ("about", ""): [
        "1:1 `about:` has no value. Write `about: account` or `about: person`: who is counted, and nudged once."
    ],
    ("about", "[account]"): ["1:8 A rule is about an account or a person. Write `about: account`."],
}


@pytest.mark.parametrize("line", GATES)
def test_a_mistaken_condition_is_told_with_its_place_and_what_to_write(line: str) -> None:
    assert told(loaded(with_gate(line))) == GATES[line]


@pytest.mark.parametrize(("key", "value"), VALUES)
def test_a_mistaken_value_is_told_with_its_place_and_what_to_write(key: str, value: str) -> None:
    lines: dict[str, str | None] = {key: value, **({"unless": None} if key == "when" else {})}

    assert told(loaded(rule_with(**lines))) == VALUES[key, value]
