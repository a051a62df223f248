"""Python gql: queries, variables, errors and a subscription, over each of its transports."""

import asyncio
import json
import os
import unittest

from gql import Client, gql
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.exceptions import TransportQueryError, TransportServerError
from gql.transport.requests import RequestsHTTPTransport
from gql.transport.websockets import WebsocketsTransport

ADDRESS = os.environ["TEST_ADDRESS"]
KEYS = json.loads(os.environ["TEST_KEYS"])
FOLDER = os.path.dirname(__file__)
AS_OF = "2026-10-31"
EVENT_SECONDS = 30


def bearer(role):
    return {"Authorization": f"Bearer {KEYS[role]}"}


def operation(name):
    with open(os.path.join(FOLDER, "..", "operations", f"{name}.graphql"), encoding="utf-8") as file:
        return gql(file.read())


def with_requests(role="analyst", **options):
    transport = RequestsHTTPTransport(f"{ADDRESS}/graphql", headers=bearer(role), **options)
    return Client(transport=transport, fetch_schema_from_transport=True)


class Requests(unittest.TestCase):
    def test_a_schema_is_fetched_and_a_query_with_variables_answered(self):
        with with_requests() as session:
            query = operation("Leaderboard")
            query.variable_values = {"metric": "REVENUE", "slice": {"location": "JP"}, "asOf": AS_OF, "first": 2}
            page = session.execute(query)["scorecards"]
            self.assertEqual(page["totalCount"], 5)
            self.assertEqual([edge["node"]["partner"]["id"] != "" for edge in page["edges"]], [True, True])
            self.assertEqual([edge["node"]["measure"]["exact"] for edge in page["edges"]], ["5001.2500", "4001.0000"])
            query.variable_values["after"] = page["pageInfo"]["endCursor"]
            page = session.execute(query)["scorecards"]
            self.assertEqual([edge["node"]["measure"]["rank"] for edge in page["edges"]], [3, 4])
            self.assertTrue(page["pageInfo"]["hasPreviousPage"])

    def test_what_the_schema_forbids_is_not_sent(self):
        with with_requests() as session, self.assertRaisesRegex(Exception, "Cannot query field 'nonsense'"):
            session.execute(gql("{ nonsense }"))

    def test_errors_have_a_path_and_a_code(self):
        with with_requests() as session, self.assertRaises(TransportQueryError) as caught:
            session.execute(gql('{ program { timezone } scorecard(partnerId: "nobody") { id } }'))
        [error] = caught.exception.errors
        self.assertEqual((error["path"], error["extensions"]["code"]), (["scorecard"], "NOT_FOUND"))
        self.assertEqual(caught.exception.data["program"]["timezone"], "UTC")


class Get(unittest.TestCase):
    def test_a_query_in_the_address_is_answered_and_a_mutation_refused(self):
        # With GET the transport puts the request into the body all the same, which means nothing there.
        transport = RequestsHTTPTransport(f"{ADDRESS}/graphql", headers=bearer("operator"), method="GET")
        with Client(transport=transport) as session:
            text = "query Of($asOf: Date!) { snapshot(asOf: $asOf) { asOf } }"
            address = {"query": text, "variables": json.dumps({"asOf": AS_OF})}
            for _ in range(2):
                answer = session.execute(gql(text), extra_args={"params": address})
                self.assertEqual(answer, {"snapshot": {"asOf": AS_OF}})
            text = 'mutation { revokeApiKey(input: { id: "a" }) { apiKey { id } } }'
            with self.assertRaisesRegex(TransportQueryError, "only queries are taken by GET") as caught:
                session.execute(gql(text), extra_args={"params": {"query": text}})
            self.assertEqual(caught.exception.errors[0]["extensions"]["code"], "BAD_INPUT")


class Aiohttp(unittest.IsolatedAsyncioTestCase):
    async def test_a_partner_sees_its_own_figures_and_nobody_elses(self):
        transport = AIOHTTPTransport(f"{ADDRESS}/graphql", headers=bearer("partner"))
        async with Client(transport=transport) as session:
            query = gql("query Own($id: String!) { scorecard(partnerId: $id) { measure(metric: REVENUE) { exact } } }")
            query.variable_values = {"id": "p20"}
            answer = await session.execute(query)
            self.assertEqual(answer["scorecard"]["measure"]["exact"], "20005.0000")
            query.variable_values = {"id": "p21"}
            with self.assertRaises(TransportQueryError) as caught:
                await session.execute(query)
            self.assertEqual(caught.exception.errors[0]["extensions"]["code"], "NOT_FOUND")

    async def test_without_a_key_nothing_is_answered(self):
        async with Client(transport=AIOHTTPTransport(f"{ADDRESS}/graphql")) as session:
            with self.assertRaises((TransportQueryError, TransportServerError)) as caught:
                await session.execute(gql("{ __typename }"))
        self.assertRegex(str(caught.exception), "401|UNAUTHENTICATED")


class Websockets(unittest.IsolatedAsyncioTestCase):
    async def test_a_run_is_heard_to_its_end(self):
        url = f"{ADDRESS.replace('http:', 'ws:')}/graphql"
        # Programs put the key into the header that opens the connection. The protocol is named, because the transport does
        # not find the server's answer in a header of small letters.
        protocols = [WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL]
        transport = WebsocketsTransport(url, headers=bearer("operator"), subprotocols=protocols)
        async with Client(transport=transport) as session:
            run = gql("subscription { jobRunProgressed { asOf state snapshot { revision } } }")
            events = session.subscribe(run)
            first = asyncio.create_task(anext(events))
            # Operations are begun in their order: where this is answered, the one before it listens.
            await session.execute(gql("{ __typename }"))
            await session.execute(
                gql('mutation { runJob(input: { job: "recompute_snapshot", asOf: "2026-04-30" }) { jobRun { id } } }')
            )
            told = []
            async with asyncio.timeout(EVENT_SECONDS):
                event = (await first)["jobRunProgressed"]
                while event["asOf"] != "2026-04-30" or event["state"] == "RUNNING":
                    event = (await anext(events))["jobRunProgressed"]
                told.append(event)
            self.assertEqual(told, [{"asOf": "2026-04-30", "state": "SUCCEEDED", "snapshot": {"revision": 1}}])


if __name__ == "__main__":
    unittest.main()
