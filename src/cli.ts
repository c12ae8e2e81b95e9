#!/usr/bin/env node
// The command daybatch. What it can do is put together in commands/program.ts.
import { Output } from './commands/output.ts'
import { makeProgram } from './commands/program.ts'
import { readEnvFile } from './config.ts'

// known before the arguments are read: what is wrong with them is told in the same way
const output = new Output({ isJson: process.argv.includes('--json') })
try {
  readEnvFile()
  await makeProgram(output).parseAsync()
} catch (error) {
  output.fail(error)
  process.exitCode ??= 1
}
