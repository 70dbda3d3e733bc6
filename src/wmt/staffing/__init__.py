"""How many people the work needs: need and supply by grade from the lines, and trainees on their way.

Plain functions on lines and dated rules: nothing here knows where facts come from, nor that there is a site.
"""
