/** A program of the bench lives as long as its input is open: signals do not reach it through `nsenter`. */
export function exitWithInput(): void {
  process.stdin.on('end', () => process.exit()).resume();
}
