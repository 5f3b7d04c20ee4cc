import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { isIP, type Socket } from 'node:net';
import helmet from '@fastify/helmet';
import { type FastifyBaseLogger, type FastifyReply, fastify, LogController } from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { ulid } from 'ulid';
import { PROBLEM_TYPE, ProblemError } from '../problems/problem.js';
import { asProblem } from './errors.js';
import { answerUnknownRoutes } from './not-found.js';
import { limitRequests, type RateLimitSettings } from './rate-limit.js';

export interface AppDeps {
  readonly logger: FastifyBaseLogger;
  /** Addresses and CIDR ranges of the proxies whose X-Forwarded-For is believed. Empty: none. */
  readonly trustProxy: readonly string[];
  readonly rateLimit: RateLimitSettings;
  /** PEM; without it the coordinator speaks plain HTTP (behind a proxy, or on loopback). */
  readonly tls?: { readonly cert: string; readonly key: string };
}

export type App = Awaited<ReturnType<typeof buildApp>>;

/** Most bytes of a body, unless a route says otherwise. */
const BODY_LIMIT = 256 * 1024;
const REQUEST_TIMEOUT_MS = 30_000;
/** Places are told by addresses; a proxy that names none would put everybody behind it in one nowhere. */
const NO_ADDRESS =
  'The proxy in front says in X-Forwarded-For what is no IP address. It has to name one, without a port.';

/**
 * The HTTP application without its routes: schemas by zod, every error as problem+json, request ids, security headers,
 * rate limits. Routes are added by the composition root, one `fooRoutes(app, deps)` each.
 */
export async function buildApp(deps: AppDeps) {
  const app = fastify({
    loggerInstance: deps.logger,
    logController: new LogController({ requestIdLogLabel: 'requestId', disableRequestLogging: true }),
    genReqId: () => ulid(),
    requestIdHeader: false,
    trustProxy: deps.trustProxy.length > 0 ? [...deps.trustProxy] : false,
    bodyLimit: BODY_LIMIT,
    // Strict schemas refuse such keys by name, item by item; the parser would refuse the good neighbours with them.
    onProtoPoisoning: 'ignore',
    onConstructorPoisoning: 'ignore',
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => {
      (reply as FastifyReply).send(describeProblem(error, request, reply as FastifyReply));
    },
    clientErrorHandler,
    serverFactory: (handler) => {
      const { tls } = deps;
      const server = tls ? createHttpsServer({ ...tls }, handler) : createHttpServer(handler);
      server.requestTimeout = REQUEST_TIMEOUT_MS;
      server.headersTimeout = REQUEST_TIMEOUT_MS;
      server.keepAliveTimeout = 65_000;
      return server;
    },
  }).withTypeProvider<ZodTypeProvider>();

  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  // Fastify also takes text by itself; here everything is JSON.
  app.removeContentTypeParser('text/plain');
  app.setErrorHandler((error, request, reply) => reply.send(describeProblem(error, request, reply)));
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    if (isIP(request.ip) === 0) throw new ProblemError('malformed-request', { detail: NO_ADDRESS });
  });
  app.addHook('onResponse', async (request, reply) => {
    request.log.debug({ req: request, res: reply, durationMs: Math.round(reply.elapsedTime) }, 'answered');
  });
  await app.register(helmet, {
    contentSecurityPolicy: {
      // Everything comes from here; an http coordinator on a LAN must not be upgraded to an https it has not.
      directives: { 'style-src': ["'self'"], 'font-src': ["'self'"], 'upgrade-insecure-requests': null },
    },
    strictTransportSecurity: deps.tls !== undefined,
  });
  await limitRequests(app, deps.rateLimit);
  answerUnknownRoutes(app);
  return app;
}

/** Sets status and headers of the answer and returns its body. */
function describeProblem(
  error: unknown,
  request: { id: string; log: FastifyBaseLogger },
  reply: Pick<FastifyReply, 'code' | 'headers' | 'type'>,
): string {
  const problem = asProblem(error);
  if (problem.statusCode >= 500) request.log.error({ err: problem.options.cause ?? problem }, problem.code);
  reply.code(problem.statusCode);
  reply.headers(problem.toHeaders());
  reply.type(PROBLEM_TYPE);
  return JSON.stringify(problem.toProblem(request.id));
}

/** Bytes that are not HTTP never reach a route; they too get a problem. */
function clientErrorHandler(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const body = JSON.stringify(new ProblemError('malformed-request').toProblem(ulid()));
  socket.end(
    `HTTP/1.1 400 Bad Request\r\ncontent-type: ${PROBLEM_TYPE}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
