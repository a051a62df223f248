// PostGraphile over Peerband's tables: `node server.mjs postgres://… PORT CONNECTIONS PROCESSES`. One process has one core,
// so that there are as many as the machine has cores, behind one port, as its users run it.

import cluster from "node:cluster";
import { createServer } from "node:http";
import { grafserv } from "postgraphile/grafserv/node";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";

const [connectionString, port, connections, processes] = process.argv.slice(2);

if (cluster.isPrimary) {
  for (let at = 0; at < Number(processes); at += 1) cluster.fork();
  // One that cannot start takes the others with it.
  cluster.on("exit", (_, code) => process.exit(code || 1));
} else {
  const preset = {
    extends: [PostGraphileAmberPreset],
    pgServices: [
      makePgService({
        connectionString,
        schemas: ["public"],
        poolConfig: { max: Math.ceil(Number(connections) / Number(processes)) },
      }),
    ],
    grafserv: { graphqlPath: "/graphql", graphiql: false },
    grafast: { explain: false },
  };
  const instance = postgraphile(preset);
  const server = createServer();
  server.on("error", (error) => {
    console.error(error);
    process.exit(1);
  });
  await instance.createServ(grafserv).addTo(server);
  server.listen(Number(port), "127.0.0.1");
}
