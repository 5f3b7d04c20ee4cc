import { z } from 'zod';

/** RFC 3339 instant in UTC with `Z`, e.g. `2021-05-17T13:40:00.000Z`. */
export const Instant = z.iso.datetime({ offset: false });
export type Instant = z.infer<typeof Instant>;

/** ULID (Crockford base 32, 26 characters), made by whoever creates the thing. */
export const Ulid = z.string().regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/, 'expected a ULID');
export type Ulid = z.infer<typeof Ulid>;

/** ISO 3166-1 alpha-2 country code, upper case; unknown is `null`, never `ZZ`. */
export const Country = z.string().regex(/^[A-Z]{2}$/, 'expected an ISO 3166-1 alpha-2 code in upper case');
export type Country = z.infer<typeof Country>;

/** Autonomous system number; unknown is `null`, never `0`. */
export const Asn = z.int().min(1).max(4_294_967_295);
export type Asn = z.infer<typeof Asn>;

/** A stable lower-case name: target, control or source. */
export const Slug = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'expected lower-case letters, digits, dashes');
export type Slug = z.infer<typeof Slug>;

/** Ed25519 public key: 32 raw bytes, base64 (44 characters). */
export const PublicKey = z.string().regex(/^[A-Za-z0-9+/]{43}=$/, 'expected 32 bytes in base64');
export type PublicKey = z.infer<typeof PublicKey>;

/** SHA-256 over a SubjectPublicKeyInfo (DER), base64: what `openssl dgst -sha256 -binary | base64` prints. */
export const SpkiPin = z.string().regex(/^[A-Za-z0-9+/]{43}=$/, 'expected a SHA-256 in base64');
export type SpkiPin = z.infer<typeof SpkiPin>;

/** SemVer of an agent, or the version of the method that made a number. */
export const Version = z
  .string()
  .min(1)
  .max(40)
  .regex(/^[0-9A-Za-z.+-]+$/, 'expected a version');
export type Version = z.infer<typeof Version>;
