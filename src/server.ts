// npm start: the same as daybatch serve.
import { runService } from './run.ts'

await runService('all')
