import { z } from 'zod';
import { AddressFamily } from './observation.js';
import { Slug, Version } from './primitives.js';

/** How to find an object whose address moves: a page, and the kind of asset to pick from it. */
export const DiscoveryRule = z.strictObject({
  page: z.url({ protocol: /^https$/ }),
  /** Regular expression (RE2 subset: no look-around, no back-references); its first group is the asset's URL. */
  pick: z.string().max(400),
});
export type DiscoveryRule = z.infer<typeof DiscoveryRule>;

/** One object that can be fetched: of a platform, or of a control. */
export const CatalogueObject = z.strictObject({
  id: Slug,
  /** Fixed address, or the page it was last found on when `discover` is set. */
  url: z.url({ protocol: /^https$/ }),
  discover: DiscoveryRule.optional(),
  /** Size in bytes that it had when it was checked. */
  bytes: z.int().min(1),
  contentType: z.string().max(100),
  /** Whether the server honours `Range: bytes=`. */
  ranges: z.boolean(),
  /** Address families that its host has; absent: not known. What lies in one alone is not drawn in the other. */
  families: z.array(AddressFamily).min(1).max(2).optional(),
});
export type CatalogueObject = z.infer<typeof CatalogueObject>;

export const CatalogueTarget = z.strictObject({
  id: Slug,
  name: z.string().min(1).max(60),
  /** Names as they stand in the SNI, the swap test's trigger first. */
  hosts: z.array(z.hostname()).min(1).max(20),
  objects: z.array(CatalogueObject).min(1).max(20),
});
export type CatalogueTarget = z.infer<typeof CatalogueTarget>;

export const CatalogueControl = z.strictObject({
  id: Slug,
  name: z.string().min(1).max(60),
  /** Who runs the network it stands in; a catalogue has controls on at least two. */
  network: z.string().min(1).max(60),
  object: CatalogueObject,
});
export type CatalogueControl = z.infer<typeof CatalogueControl>;

/** What is measured and against what. Versioned; served with the coordinator's signature. */
export const Catalogue = z
  .strictObject({
    version: Version,
    targets: z.array(CatalogueTarget).min(1).max(200),
    controls: z.array(CatalogueControl).min(1).max(50),
  })
  .check((ctx) => {
    const seen = new Set<string>();
    for (const { id } of [...ctx.value.targets, ...ctx.value.controls]) {
      if (seen.has(id))
        ctx.issues.push({ code: 'custom', message: `"${id}" is listed twice`, input: ctx.value });
      seen.add(id);
    }
  });
export type Catalogue = z.infer<typeof Catalogue>;
