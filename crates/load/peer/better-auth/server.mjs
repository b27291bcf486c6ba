// The peer: Better Auth with its passkey plug-in behind Node's own HTTP server. Why it is configured this way is said
// in the documentation of the Rust module that starts it.
//
// Takes DATABASE_URL and DATABASE_CONNECTIONS, prints `ready PORT` once its tables are there, and ends on SIGTERM or
// when its standard input is closed, so that it cannot outlast the program that started it.

import { randomBytes } from "node:crypto";
import { createServer } from "node:http";

import { passkey } from "@better-auth/passkey";
import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { toNodeHandler } from "better-auth/node";
import pg from "pg";

const server = createServer();
await new Promise((resolve, reject) => {
  server.once("error", reject);
  server.listen(0, "127.0.0.1", resolve);
});
const { port } = server.address();
const origin = `http://localhost:${port}`;
const pool = new pg.Pool({
  connectionString: process.env.DATABASE_URL,
  max: Number(process.env.DATABASE_CONNECTIONS),
});

const options = {
  database: pool,
  secret: randomBytes(32).toString("base64"),
  baseURL: origin,
  trustedOrigins: [origin],
  emailAndPassword: { enabled: true },
  plugins: [passkey({ rpID: "localhost", rpName: "Load test", origin })],
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  logger: { level: "error" },
  advanced: { database: { joins: true } },
};

// Before anything else sees the database: the server checks that its tables are there.
const { runMigrations } = await getMigrations(options);
await runMigrations();

server.on("request", toNodeHandler(betterAuth(options)));
console.log(`ready ${port}`);

function stop() {
  server.close(() => pool.end());
  server.closeAllConnections();
  process.stdin.destroy();
}
process.once("SIGTERM", stop);
process.stdin.once("end", () => process.kill(process.pid, "SIGTERM")).resume();
