// A path whose last part has no dot is no file: it is a page that the script of index.html knows.
function handler(event) {
  var request = event.request;
  var last = request.uri.slice(request.uri.lastIndexOf('/') + 1);
  if (last.indexOf('.') < 0) {
    request.uri = '/index.html';
  }
  return request;
}
