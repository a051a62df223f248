// Opens GraphiQL on this server's own endpoint; subscriptions come as server-sent events.
'use strict';

const headers = { accept: 'application/graphql-response+json, application/json', 'content-type': 'application/json' };

function isSubscription(parameters, options) {
  const definitions = options?.documentAST?.definitions ?? [];
  const named = (one) => !parameters.operationName || one.name?.value === parameters.operationName;
  return definitions.some((one) => one.operation === 'subscription' && named(one));
}

async function* events(parameters, sent) {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { ...headers, ...sent, accept: 'text/event-stream' },
    body: JSON.stringify(parameters),
  });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    let text = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      text += value;
      for (let end; (end = text.indexOf('\n\n')) >= 0; text = text.slice(end + 2)) {
        const event = text.slice(0, end);
        if (event.startsWith('event: complete')) return;
        const data = event.split('\n').find((line) => line.startsWith('data: '));
        if (data) yield JSON.parse(data.slice(6));
      }
    }
  } finally {
    await reader.cancel();
  }
}

async function ask(parameters, sent) {
  const request = { method: 'POST', headers: { ...headers, ...sent }, body: JSON.stringify(parameters) };
  return (await fetch('/graphql', request)).json();
}

function fetcher(parameters, options) {
  const sent = options?.headers ?? {};
  return isSubscription(parameters, options) ? events(parameters, sent) : ask(parameters, sent);
}

const first = `# Everything here is described: open the documentation on the left.
{
  program { newestSnapshot { asOf scorecardCount } }
  partners(first: 5) { nodes { partnerId name } }
}
`;

const root = ReactDOM.createRoot(document.getElementById('graphiql'));
root.render(React.createElement(GraphiQL, { fetcher, defaultQuery: first }));
