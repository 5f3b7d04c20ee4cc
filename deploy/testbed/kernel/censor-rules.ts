import type { AddressFamily } from '@brakelight/shared';

/** What starts an action: a name in the ClientHello (anywhere in it, as the real boxes do), or a server's address. */
export type Trigger = { readonly sni: string } | { readonly address: string };

/** What is done to a connection once it is marked. Sizes in bytes count whole IP packets. */
export type PacketAction =
  /** Drops what is over the rate, for each flow and direction on its own. */
  | {
      readonly kind: 'police';
      readonly kbps: number;
      /** Bytes that pass at once; the kernel's bucket holds at least one second of the rate. */
      readonly bucketBytes: number;
      readonly direction?: 'both' | 'download' | 'upload';
      /** Begins in the middle: after so many bytes of download. */
      readonly afterBytes?: number;
      /** How long an idle connection is remembered (600): after that it is a new one, and has shown no name. */
      readonly memorySeconds?: number;
    }
  /** Queues the download to a rate, all marked connections of a client together. */
  | { readonly kind: 'shape'; readonly kbps: number; readonly queueBytes: number }
  /** From the trigger on, or from so many bytes of download on. */
  | { readonly kind: 'reset'; readonly afterBytes?: number }
  /** Drops every packet from the trigger on. */
  | { readonly kind: 'silence' }
  /** Answers with ICMP host unreachable. */
  | { readonly kind: 'unreachable' }
  /** Lets so many bytes of download pass, then nothing. */
  | { readonly kind: 'freeze'; readonly afterBytes: number };

/** What is done to look-ups of a name. Who asks for the family that a forged address is not of gets no address. */
export type DnsAction =
  | { readonly kind: 'nxdomain' }
  | { readonly kind: 'silence' }
  | { readonly kind: 'forged'; readonly address: string };

/** One thing that the censor of the kernel bench does. `client` absent: to all clients. */
export type KernelRule =
  /** `family` absent: to both. An address has but one. */
  | {
      readonly client?: string;
      readonly family?: AddressFamily;
      readonly trigger: Trigger;
      readonly action: PacketAction;
    }
  | { readonly client?: string; readonly dns: string; readonly action: DnsAction }
  /** Holds back what a client sends in a connection with this name, once, from its ClientHello on. */
  | { readonly client?: string; readonly slowHandshake: { readonly sni: string; readonly ms: number } }
  /** Loses every other SYN to a server: each connection's first one, while one comes after another. */
  | { readonly client?: string; readonly loseSyn: { readonly address: string } }
  /**
   * Ends TLS with a key of its own where the name matches, and carries the rest on. A key that the clients trust (a root
   * that a state put into their stores) shows a page as if all were well.
   */
  | { readonly client?: string; readonly intercept: { readonly sni: string; readonly trusted?: true } };
