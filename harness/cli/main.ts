#!/usr/bin/env node
import { enableCompileCache } from 'node:module'

// A run starts a process per shard, worker and connector: Node keeps what it compiled of some hundred modules between them.
enableCompileCache()
await import('./program.ts')
