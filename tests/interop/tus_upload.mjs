// One upload with tus-js-client: `node tus_upload.mjs '{"endpoint": ..., "file": ..., "storage": ..., ...}'`.
// `options` go to the client as they are. With `stopAfter` it aborts once so many bytes were sent. It prints one line of
// JSON: how it ended, the upload's address, whether it went on with an earlier upload, and every request with its status.
import { createReadStream } from 'node:fs'
import { FileUrlStorage, Upload } from 'tus-js-client'

const { endpoint, file, storage, options, stopAfter } = JSON.parse(process.argv[2])
const requests = []
let resumed = false
let stopping = false

function end(how) {
  process.stdout.write(`${JSON.stringify({ ...how, url: upload.url, resumed, requests })}\n`)
}

const upload = new Upload(createReadStream(file), {
  ...options,
  endpoint,
  retryDelays: null,
  urlStorage: new FileUrlStorage(storage),
  onAfterResponse: (request, response) => {
    requests.push([request.getMethod(), response.getStatus()])
  },
  onProgress: (sent) => {
    if (stopping || stopAfter === undefined || sent < stopAfter) return
    stopping = true
    upload.abort().then(() => end({ state: 'stopped' }))
  },
  onSuccess: () => end({ state: 'done' }),
  onError: (error) => {
    const answer = error.originalResponse
    end({ state: 'failed', status: answer?.getStatus(), body: answer?.getBody(), message: error.message })
  },
})

const [earlier] = await upload.findPreviousUploads()
if (earlier !== undefined) {
  upload.resumeFromPreviousUpload(earlier)
  resumed = true
}
upload.start()
