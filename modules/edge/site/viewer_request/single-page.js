// A path whose last part has no dot is a page that the script in index.html renders, not a file.
function handler(event) {
  var request = event.request;
  var last = request.uri.slice(request.uri.lastIndexOf('/') + 1);
  if (last.indexOf('.') < 0) {
    request.uri = '/index.html';
  }
  return request;
}
