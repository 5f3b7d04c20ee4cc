import { z } from 'zod';
import { Country, Instant, Slug, Ulid } from '../primitives.js';
import { Incident } from './incident.js';

/**
 * Types of message a receiver can get. `throttling.suspected` is a suspicion, no claim: it goes, as does its end where it
 * faded, only to those who name this type.
 */
export const AlertType = z.enum([
  'throttling.suspected',
  'throttling.detected',
  'throttling.updated',
  'throttling.resolved',
]);
export type AlertType = z.infer<typeof AlertType>;

/** Standard Webhooks 1.0.0 payload: type, timestamp, data. */
export const AlertMessage = z.object({
  type: AlertType,
  timestamp: Instant,
  data: z.object({
    eventId: z.string(),
    /** The whole message for people: who, where, since when, how slow, on what evidence. */
    summary: z.string(),
    /** Why this event was written, in one sentence. */
    reason: z.string(),
    /** Absolute address of the evidence from which anyone recomputes the claim. */
    evidenceUrl: z.url(),
    incident: Incident,
  }),
});
export type AlertMessage = z.infer<typeof AlertMessage>;

/** What a receiver asks for. Empty filters mean everything but suspicions. */
export const WebhookRequest = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  countries: z.array(Country).max(250).optional(),
  targets: z.array(Slug).max(200).optional(),
  types: z.array(AlertType).max(4).optional(),
});
export type WebhookRequest = z.infer<typeof WebhookRequest>;

/** A subscription. */
export const Webhook = z.object({
  id: Ulid,
  url: z.string(),
  countries: z.array(Country),
  targets: z.array(Slug),
  types: z.array(AlertType),
  createdAt: Instant,
  /** Set when the receiver answered 410 Gone: nothing is sent any more. */
  disabledAt: Instant.nullable(),
});
export type Webhook = z.infer<typeof Webhook>;

/** The secret (`whsec_...`) is shown once, when the subscription is made. */
export const CreatedWebhook = Webhook.extend({ secret: z.string() });
export type CreatedWebhook = z.infer<typeof CreatedWebhook>;

/** One attempt series of one message to one receiver. */
export const Delivery = z.object({
  /** `webhook-id` header: the same on every attempt. */
  messageId: z.string(),
  eventId: z.string(),
  type: AlertType,
  state: z.enum(['pending', 'delivered', 'failed']),
  attempts: z.int(),
  lastStatus: z.int().nullable(),
  lastError: z.string().nullable(),
  lastAttemptAt: Instant.nullable(),
});
export type Delivery = z.infer<typeof Delivery>;
