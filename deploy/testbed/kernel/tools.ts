import { spawnSync } from 'node:child_process';

/** The Linux programs that the kernel bench uses: names to be found on PATH, or paths of fetched ones. */
export interface KernelTools {
  readonly ip: string;
  readonly tc: string;
  readonly nft: string;
  readonly iptables: string;
  readonly ip6tables: string;
  readonly unshare: string;
  readonly nsenter: string;
  /** What fetched programs need, such as `LD_LIBRARY_PATH` and `XTABLES_LIBDIR`. */
  readonly env: Readonly<Record<string, string>>;
}

/** The tools of this machine. Ordinary users have no `/usr/sbin` on their PATH, so it is looked into as well. */
export const SYSTEM_TOOLS: KernelTools = {
  ip: 'ip',
  tc: 'tc',
  nft: 'nft',
  iptables: 'iptables',
  ip6tables: 'ip6tables',
  unshare: 'unshare',
  nsenter: 'nsenter',
  env: {},
};

/** Environment of every command of the bench. */
export function toolEnvironment(tools: KernelTools): NodeJS.ProcessEnv {
  return {
    ...process.env,
    PATH: `${process.env.PATH ?? ''}:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin`,
    // The usual place is not writable inside the sandbox.
    XTABLES_LOCKFILE: '/run/xt.lock',
    ...tools.env,
  };
}

export type Availability = { readonly ok: true } | { readonly ok: false; readonly why: string };

/** Tries, as this user, everything that the bench is made of; changes nothing outside. Takes a fraction of a second. */
export function kernelBenchAvailable(tools: KernelTools = SYSTEM_TOOLS): Availability {
  if (process.platform !== 'linux')
    return { ok: false, why: `network namespaces need Linux, this is ${process.platform}` };
  for (const [step, script] of trials(tools)) {
    const run = spawnSync(tools.unshare, ['-Urnm', 'sh', '-ec', script], {
      env: toolEnvironment(tools),
      encoding: 'utf8',
      timeout: 10_000,
    });
    if (run.error) return { ok: false, why: `${step}: ${run.error.message}` };
    if (run.status !== 0) return { ok: false, why: `${step}: ${run.stderr.trim().split('\n').at(-1) ?? ''}` };
  }
  return { ok: true };
}

/** Each with the sentence that is said when it fails; what one needs, those before it have shown. */
function trials({ ip, tc, nft, iptables, ip6tables }: KernelTools): readonly (readonly [string, string])[] {
  const setUp = `mount -t tmpfs none /run; mkdir -p /run/netns; ${ip} link add v0 type veth peer name v1`;
  return [
    ['user, network and mount namespaces cannot be made', 'mount -t tmpfs none /run'],
    ['network namespaces cannot be named', `${setUp}; ${ip} netns add a; ${ip} netns exec a true`],
    [
      'VXLAN cannot be made',
      `${ip} link add x0 type vxlan id 7 local 127.0.0.1 remote 127.0.0.2 dstport 4789`,
    ],
    ['traffic cannot be shaped (tc htb)', `${setUp}; ${tc} qdisc add dev v0 root handle 1: htb default 10`],
    ['nft does not work', `${setUp}; ${nft} add table inet x`],
    ['there is no IPv6', `${setUp}; ${ip} -6 addr add fd00::1/64 dev v0 nodad`],
    ...[iptables, ip6tables].map((program): readonly [string, string] => [
      `${program} cannot match names and mark connections`,
      `${setUp}; ${program} -t mangle -A FORWARD -p tcp -m connbytes --connbytes 0:8 --connbytes-dir original --connbytes-mode packets -m u32 --u32 0=1 -m string --algo bm --string a -m statistic --mode nth --every 2 --packet 0 -j CONNMARK --set-mark 1; ${program} -t mangle -A POSTROUTING -j CHECKSUM --checksum-fill`,
    ]),
  ];
}
