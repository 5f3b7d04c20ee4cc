#!/usr/bin/env node
// Stands in the repository, not among what is built: npm links a workspace's program when it installs, before any build.
import '../dist/bundle/brakelight-probe.js';
