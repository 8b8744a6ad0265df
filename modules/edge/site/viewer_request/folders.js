// A folder is answered by its index.html, under a path that ends in a stroke: links in the page go out from there.
function handler(event) {
  var request = event.request;
  var last = request.uri.slice(request.uri.lastIndexOf('/') + 1);
  if (last === '') {
    request.uri += 'index.html';
  } else if (last.indexOf('.') < 0) {
    return {
      statusCode: 301,
      statusDescription: 'Moved Permanently',
      // One stroke first: browsers take two, or a backslash behind one, for the name of another host.
      headers: { location: { value: request.uri.replace(/^[\/\\]+/, '/') + '/' } },
    };
  }
  return request;
}
