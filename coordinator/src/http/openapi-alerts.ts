/** A header of Standard Webhooks 1.0.0. */
function header(name: string, description: string) {
  return { name, in: 'header', required: true, schema: { type: 'string' as const }, description };
}

/**
 * What is sent to receivers, for the document's `webhooks`: OpenAPI 3.1 has a place of its own for requests that are
 * made, not answered. The message itself is the named schema `AlertMessage`.
 */
export const ALERT_WEBHOOKS = {
  alert: {
    post: {
      tags: ['webhooks'],
      summary: 'What your receiver gets',
      description:
        'One message when an incident begins (`throttling.detected`), changes (`throttling.updated`) and ends (`throttling.resolved`, with `resolvedReason`). Signed by Standard Webhooks 1.0.0: verify it over the body as it came. `data.summary` is for people; `data.incident` is all of it.',
      parameters: [
        header('webhook-id', 'The same on every attempt at one message: whoever has seen it may drop it.'),
        header('webhook-timestamp', 'Unix seconds of this attempt'),
        header('webhook-signature', '`v1,` and the base64 HMAC-SHA256 of `id.timestamp.body` by the secret'),
      ],
      requestBody: {
        required: true,
        content: { 'application/json': { schema: { $ref: '#/components/schemas/AlertMessage' } } },
      },
      responses: {
        '2XX': { description: 'Delivered' },
        '410': { description: 'Nobody is there any more: the subscription gets nothing from now on.' },
        default: { description: 'Tried again, up to 12 times in about a day; `Retry-After` is respected.' },
      },
    },
  },
};
