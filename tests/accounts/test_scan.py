from django.template import Context, Template


def test_a_scanned_code_brings_only_its_shape():
    svg = '<?xml?><svg viewBox="0 0 9 9" onload="x()"><script>y</script><path d="M1,1H2z"/></svg>'

    html = Template("{% load scan %}{{ svg|scan_code }}").render(Context({"svg": svg}))

    assert 'viewBox="0 0 9 9"' in html and 'd="M1,1H2z"' in html
    assert "onload" not in html and "script" not in html
