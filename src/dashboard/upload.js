// Sends a file and tells how much of it has gone: fetch cannot say that, XMLHttpRequest can.
import { authorization, events, LostError, ProblemError } from '/dashboard/api.js'

export function upload(path, file, { type, progressed }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', path)
    for (const [name, value] of Object.entries({ 'content-type': type, ...authorization() }))
      request.setRequestHeader(name, value)
    request.upload.onprogress = ({ loaded }) => progressed(loaded)
    request.onerror = () => reject(new LostError('The service went away while the file was sent'))
    request.onload = () => {
      const body = parse(request.responseText)
      if (request.status < 300) return resolve(body)
      if (request.status === 401) events.dispatchEvent(new Event('sign-in'))
      reject(new ProblemError({ title: `The service answered ${request.status}`, ...body }))
    }
    request.send(file)
  })
}

function parse(text) {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}
