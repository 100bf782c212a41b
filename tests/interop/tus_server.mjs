// A @tus/server on loopback for the tests: `node tus_server.mjs '{"directory": ..., "log": ..., ...}'`.
// It prints its port, writes each request to `log` as a line of JSON, and ends with its standard input, so that it never
// outlives the test. With `dieAfter` it kills itself once its store was given so many bytes, in the middle of a body.
import { appendFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { Transform } from 'node:stream'
import { FileStore } from '@tus/file-store'
import { Server } from '@tus/server'

const { directory, log, relativeLocation, dieAfter } = JSON.parse(process.argv[2])

class MortalStore extends FileStore {
  left = dieAfter ?? Infinity

  async write(body, id, offset) {
    const mortal = new Transform({
      transform: (piece, _, done) => {
        if (piece.length > this.left) process.kill(process.pid, 'SIGKILL')
        this.left -= piece.length
        done(null, piece)
      },
    })
    return super.write(body.pipe(mortal), id, offset)
  }
}

const tus = new Server({ path: '/files', relativeLocation, datastore: new MortalStore({ directory }) })
const http = createServer((request, response) => {
  appendFileSync(log, `${JSON.stringify({ method: request.method, url: request.url, headers: request.headers })}\n`)
  return tus.handle(request, response)
})
http.listen(0, '127.0.0.1', () => process.stdout.write(`${http.address().port}\n`))
process.stdin.resume().on('end', () => process.exit(0))
