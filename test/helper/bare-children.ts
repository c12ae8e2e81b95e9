// Loaded before each test file, by .taprc. tap has every process that a test starts record which files it loads, for a
// coverage that nobody asks for here: a service took twice its time to start, with variables that no service ever sees.
import processOnSpawn from 'process-on-spawn'

processOnSpawn.removeAllListeners()
delete process.env.NODE_OPTIONS
