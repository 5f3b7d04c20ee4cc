import { z } from 'zod';
import { Instant, Ulid } from '../primitives.js';

/** What a key may do. `read` raises the request limit, `webhooks` subscribes to alerts, `admin` does everything. */
export const Scope = z.enum(['read', 'webhooks', 'admin']);
export type Scope = z.infer<typeof Scope>;

export const ApiKeyRequest = z.strictObject({
  /** Whose it is, for the operator's own list. */
  name: z.string().min(1).max(100),
  scopes: z.array(Scope).min(1).max(3),
});
export type ApiKeyRequest = z.infer<typeof ApiKeyRequest>;

/** A key as it is listed: without its secret. */
export const ApiKey = z.object({
  id: Ulid,
  name: z.string(),
  scopes: z.array(Scope),
  createdAt: Instant,
});
export type ApiKey = z.infer<typeof ApiKey>;

/** The key itself (`bl_...`) is shown once, when it is made. */
export const CreatedApiKey = ApiKey.extend({ key: z.string() });
export type CreatedApiKey = z.infer<typeof CreatedApiKey>;
