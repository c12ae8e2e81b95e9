// A mailbox in a process of its own, for tests that kill it: prints its URL, then lives until it is killed.
import { startMailbox } from '../../src/embedded/mailbox.ts'

const { url } = await startMailbox({ folder: process.argv[2]! })
console.log(url)
