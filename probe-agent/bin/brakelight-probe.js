#!/usr/bin/env node
// Here before the first build, so that installing can link to it.
import '../dist/bundle/brakelight-probe.js';
