# What many pages say.

imprint = مختوم بختم Signet
error-prefix = خطأ:
opens-in-new-tab = (يُفتح في علامة تبويب جديدة)
continue = متابعة
cancel = إلغاء
back = رجوع
try-again = إعادة المحاولة
sign-in = تسجيل الدخول
sign-out = تسجيل الخروج
account = حسابك
use-another-account = استخدام حساب آخر
to-first-page = إلى الصفحة الأولى

# The languages' page.
language = اللغة
language-lead = تظهر الصفحات والرسائل باللغة التي يتم اختيارها هنا.

# The first page.
home-title = جلستك
welcome = مرحبًا
home-signed-in = تم تسجيل دخولك
home-signed-out = لم يتم تسجيل دخولك
home-lead = ترسلك التطبيقات إلى هنا عندما تحتاج إلى معرفة هويتك.
issuer = جهة الإصدار

# Points in time. $count is a whole number from 1 on.
just-now = الآن
minutes-ago = { $count ->
    [zero] قبل أقل من دقيقة
    [one] قبل دقيقة واحدة
    [two] قبل دقيقتين
    [few] قبل { $count } دقائق
    [many] قبل { $count } دقيقةً
   *[other] قبل { $count } دقيقة
}
hours-ago = { $count ->
    [zero] قبل أقل من ساعة
    [one] قبل ساعة واحدة
    [two] قبل ساعتين
    [few] قبل { $count } ساعات
    [many] قبل { $count } ساعةً
   *[other] قبل { $count } ساعة
}
days-ago = { $count ->
    [zero] قبل أقل من يوم
    [one] قبل يوم واحد
    [two] قبل يومين
    [few] قبل { $count } أيام
    [many] قبل { $count } يومًا
   *[other] قبل { $count } يوم
}
# $day is the day of the month, $month one of the names below, $year the year.
date = { $day } { $month } { $year }
date-and-time = { $date }، { $time } بتوقيت UTC
month-1 = يناير
month-2 = فبراير
month-3 = مارس
month-4 = أبريل
month-5 = مايو
month-6 = يونيو
month-7 = يوليو
month-8 = أغسطس
month-9 = سبتمبر
month-10 = أكتوبر
month-11 = نوفمبر
month-12 = ديسمبر

# When a page cannot be shown.
error-detail = التفاصيل
error-status = الحالة
error-request = الطلب
problem-not-found = لا توجد صفحة كهذه
problem-not-found-message = ربما كان العنوان ناقصًا.
problem-method = لا يمكن القيام بذلك هنا
problem-method-message = لا يقبل هذا العنوان طلبات بهذه الطريقة.
problem-wait = لحظة من فضلك
problem-busy = عدد كبير جدًا من الأشخاص يسجّلون الدخول الآن. يُرجى المحاولة مرة أخرى بعد قليل.
problem-database = يتعذر على Signet الوصول إلى قاعدة بياناته الآن. يُرجى المحاولة مرة أخرى بعد قليل.
problem-slow = استغرق هذا وقتًا أطول من اللازم. يُرجى المحاولة مرة أخرى بعد قليل.
problem-ours = حدث خطأ ما
problem-ours-message = الخطأ من جانبنا. يُرجى المحاولة مرة أخرى، وإذا استمرت المشكلة فيُرجى إبلاغنا بالمرجع أدناه.
gate-broken = لم يتم تسجيل دخولك بعد
gate-broken-message = لا تعود هذه الصفحة إلى عملية تسجيل دخول بدأها هذا المتصفح. يُرجى البدء من جديد.
gate-declined = لم يُسمح لك بالدخول
gate-declined-message = أُلغي تسجيل الدخول، أو لا يُسمح لحسابك باستخدام هذا الموقع.
problem-stale = كانت هذه الصفحة قديمة
problem-stale-message = ربما سجّلت الدخول أو الخروج في علامة تبويب أخرى في هذه الأثناء. لم يتغير شيء.
problem-form = تعذرت قراءة هذا النموذج
problem-form-message = يُرجى المحاولة مرة أخرى.
problem-unread = تعذرت قراءة هذا
problem-unread-message = يُرجى الرجوع والمحاولة مرة أخرى.
