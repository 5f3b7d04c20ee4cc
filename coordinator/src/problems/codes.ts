/** What a code means to a client: HTTP status, a title that never changes, and what to do about it. */
interface ProblemKind {
  readonly status: number;
  readonly title: string;
  /** Used as `detail` where the place that throws has nothing more precise to say. */
  readonly help: string;
}

/**
 * Every error that the coordinator answers. Codes are an interface: they are added to, never renamed. In the answer
 * `type` is `urn:brakelight:problem:<code>`.
 */
export const PROBLEMS = {
  // The request itself
  'malformed-request': {
    status: 400,
    title: 'Not an HTTP request this server understands',
    help: 'Check the request line, the headers and the encoding of the path.',
  },
  'malformed-json': {
    status: 400,
    title: 'The body is not JSON',
    help: 'Send one JSON document in UTF-8 with content-type application/json.',
  },
  'malformed-gzip': {
    status: 400,
    title: 'The body is not gzip',
    help: 'The header says content-encoding: gzip, but the bytes are not one whole gzip stream. Compress it again.',
  },
  'invalid-request': {
    status: 400,
    title: 'The request does not match its schema',
    help: 'See `errors` for each field, and /openapi.json for the schema.',
  },
  'invalid-cursor': {
    status: 400,
    title: 'The cursor is not one of ours',
    help: 'Use `nextCursor` of the page before, unchanged and with the same filters, or start without a cursor.',
  },
  'not-found': { status: 404, title: 'There is nothing here', help: 'See /openapi.json for what there is.' },
  'method-not-allowed': {
    status: 405,
    title: 'This address does not take that method',
    help: 'The Allow header lists the methods it takes.',
  },
  'body-too-large': {
    status: 413,
    title: 'The body is too large',
    help: 'Send fewer items in one request.',
  },
  'decompressed-too-large': {
    status: 413,
    title: 'The body is too large once decompressed',
    help: 'Send fewer items in one request.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'The body is of a type this address does not take',
    help: 'Send application/json.',
  },
  'unsupported-encoding': {
    status: 415,
    title: 'The body has an encoding this address does not take',
    help: 'Send content-encoding: gzip, or none where the address takes plain bodies.',
  },
  'rate-limited': {
    status: 429,
    title: 'Too many requests',
    help: 'Wait as long as Retry-After says; the RateLimit header counts down.',
  },
  internal: {
    status: 500,
    title: 'Something broke on our side',
    help: 'Try again later; tell the operator the requestId if it stays.',
  },
  overloaded: {
    status: 503,
    title: 'The queue is nearly full',
    help: 'Nothing was taken. Keep it and send it again after Retry-After.',
  },
  unavailable: {
    status: 503,
    title: 'An engine behind this coordinator does not answer',
    help: 'Nothing was taken. Keep it and send it again after Retry-After.',
  },

  // Signatures of probes
  'signature-missing': {
    status: 401,
    title: 'The request is not signed',
    help: 'Send content-digest, signature-input and signature (RFC 9421, Ed25519).',
  },
  'signature-malformed': {
    status: 401,
    title: 'The signature headers cannot be read',
    help: 'One signature named sig1 over "@method" "@path" "content-digest", with created, keyid, nonce, alg.',
  },
  'digest-mismatch': {
    status: 401,
    title: 'The body is not the one that was signed',
    help: 'Take content-digest over the bytes as they go over the wire, after compression.',
  },
  'signature-mismatch': {
    status: 401,
    title: 'The signature is wrong',
    help: 'Sign with the key that this probe enrolled, over the method and path that are requested.',
  },
  'signature-expired': {
    status: 401,
    title: 'The signature is too old',
    help: 'Check the clock of this machine, sign anew and send again.',
  },
  'signature-future': {
    status: 401,
    title: 'The signature was made in the future',
    help: 'Check the clock of this machine, sign anew and send again.',
  },
  'nonce-replayed': {
    status: 401,
    title: 'This signed request was seen before',
    help: 'Sign anew with a fresh nonce; repeating the content is harmless.',
  },
  'unknown-probe': {
    status: 401,
    title: 'No such probe is enrolled here',
    help: 'Join again with a token: the probe has left, or it was never enrolled at this coordinator.',
  },

  // Enrolment
  'token-invalid': {
    status: 403,
    title: 'The enrolment token is not valid',
    help: 'Check it for typing errors or ask whoever runs this coordinator for a new one.',
  },
  'token-expired': {
    status: 403,
    title: 'The enrolment token has expired',
    help: 'Ask whoever runs this coordinator for a new one. Probes that joined with it go on.',
  },
  'token-used': {
    status: 403,
    title: 'The enrolment token was used already',
    help: 'A one-time token enrols one probe. Ask for a new one.',
  },
  'token-quota': {
    status: 429,
    title: 'Enough probes have joined from this network today',
    help: 'The network token takes a few probes of one network a day. Try again tomorrow.',
  },
  'key-mismatch': {
    status: 401,
    title: 'The request is not signed with the key that it carries',
    help: 'At enrolment keyid is the fingerprint of publicKey, and the signature is made with its private key.',
  },
  'consent-outdated': {
    status: 409,
    title: 'A consent names a text that is not the current one',
    help: 'Show the current consent text to the person who runs this probe and ask again.',
  },

  // Work
  'consent-missing': {
    status: 403,
    title: 'No consent is recorded for any kind of test that was asked for',
    help: 'Ask the person who runs this probe, then send the consents.',
  },

  // Submissions
  'invalid-submission': {
    status: 422,
    title: 'The submission is not of the form {sentAt, results}',
    help: 'Its items are judged one by one; the envelope around them must match the schema. See `errors`.',
  },

  'future-dated': {
    status: 422,
    title: 'The submission says that it was sent in the future',
    help: 'Set the clock of this machine; the results it holds may be dated wrongly too.',
  },

  // API keys
  'api-key-missing': {
    status: 401,
    title: 'This address needs an API key',
    help: 'Send authorization: Bearer <key>.',
  },
  'api-key-invalid': {
    status: 401,
    title: 'The API key is not known here',
    help: 'Check it for typing errors; a revoked key stays revoked.',
  },
  'scope-missing': {
    status: 403,
    title: 'The API key may not do this',
    help: 'Ask the operator for a key with the scope that `detail` names.',
  },

  'not-ready': {
    status: 503,
    title: 'This coordinator cannot take requests now',
    help: 'See `errors` for what does not answer; ask again after Retry-After.',
  },

  // Webhooks
  'too-many-webhooks': {
    status: 409,
    title: 'This key has as many subscriptions as it may have',
    help: 'Delete one that is not needed any more, or widen the filters of one.',
  },
  'webhook-address': {
    status: 422,
    title: 'Messages cannot be sent to this URL',
    help: 'Give an https URL whose host resolves to public addresses only.',
  },

  // Imports
  'reserved-source': {
    status: 409,
    title: 'This name is not free for an import',
    help: 'Choose another name: `network` is what this coordinator’s own probes measured.',
  },
} as const satisfies Record<string, ProblemKind>;

export type ProblemCode = keyof typeof PROBLEMS;
