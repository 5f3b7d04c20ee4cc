/** What the set-up hands to tests: `inject('redisUrl')`. */
declare module 'vitest' {
  interface ProvidedContext {
    /** The run's one Redis; use a key prefix of your own (`ownPrefix`). */
    redisUrl: string;
    /** The run's one ClickHouse (chDB); use a database of your own (`ownDatabase`). */
    clickhouseUrl: string;
    /** Whether unprivileged network namespaces with SNI match and policer work here. */
    hasNamespaces: boolean;
    /** Whether Debian's packages can be fetched here. */
    canFetchPackages: boolean;
    /** Environment in which `ip`, `nft` and `iptables` are found, wherever they come from. */
    toolEnv: Record<string, string>;
    /** A Chromium, and the environment it wants; `null` where there is none. */
    chromium: { path: string; env: Record<string, string> } | null;
    /** Folder of fetched packages. */
    cacheDir: string;
  }
}

export {};
