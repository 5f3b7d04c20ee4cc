/**
 * Plain bytes of a TLS record that fits one segment: the far end's bytes come as TCP brought them, not in steps of
 * 16 kB.
 */
export const RECORD_BYTES = 1369;
