export { freePort } from '@brakelight/coordinator/launcher/free-port';
