// Loaded before everything else in each test file's process (.taprc). tap records which files a test loads, for a coverage
// that nobody asks for here: by a hook that every import passes, and in all that the test starts. A service took twice
// its time to start, with variables that no service ever sees.
import module from 'node:module'

// tap's own switch: no variables for children, nothing written at the end
process.env.__TAPJS_PROCESSINFO_TESTING_NO_REGISTER__ = String(process.pid)
module.register = () => undefined
delete process.env.NODE_OPTIONS
